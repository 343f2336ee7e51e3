"""What words mean which label: senses of WordNet, a reviewed list of what they drag in wrongly, other languages.

A sense is named `word.part.number`; `&` adds the senses similar to it (adjectives), `~` all kinds of it (nouns).
"""

SENSES = {
    "happy": """happy.a.1 cheerful.a.1& cheerful.a.2 joyful.a.1& joyful.a.2 joyous.a.1 elated.a.1& glad.a.1&
        euphoric.a.1 merry.a.1 jolly.a.1 ecstatic.a.1 delighted.a.1 pleased.a.1 amused.a.1 blissful.a.1 overjoyed.a.1
        contented.a.1 smiling.a.1 thrilled.a.1 jocund.a.1 mirthful.a.1 mirthful.a.2 enthusiastic.a.1
        laughing.a.1 good-humored.a.1
        joy.n.1 elation.n.1 euphoria.n.1 exultation.n.1 exuberance.n.1 happiness.n.2 gladness.n.1 gaiety.n.2~
        cheerfulness.n.2 contentment.n.1 delight.n.1 bliss.n.1 ecstasy.n.1 amusement.n.1 high_spirits.n.1
        rejoice.v.1 rejoice.v.2 smile.v.1 laugh.v.1 grin.v.1 giggle.v.1 chuckle.v.1 jubilate.v.2""",
    "angry": """angry.a.1& annoyed.a.1 irritated.a.1 resentful.a.1& hostile.a.1 ill-tempered.a.1& grouchy.a.1
        vindictive.a.1 irascible.a.2 cross.a.2 exasperated.a.1
        anger.n.1 anger.n.2 fury.n.1 wrath.n.1 lividity.n.1 infuriation.n.1 indignation.n.1~ bad_temper.n.1~ annoyance.n.2
        aggravation.n.1 hostility.n.1 resentment.n.1 tantrum.n.1 irritation.n.1
        rage.v.1 rage.v.3 fume.v.1 seethe.v.2 anger.v.1 anger.v.2 enrage.v.1 bristle.v.4 snarl.v.1""",
    "sad": """sad.a.1& sad.a.2 sorrowful.a.1& dejected.a.1& unhappy.a.1& dysphoric.a.1 joyless.a.1& cheerless.a.1
        depressing.a.1& hopeless.a.1 despairing.a.1 disappointed.a.1 melancholic.a.1 tearful.a.1 dolorous.a.1
        disconsolate.a.1 miserable.a.1 forlorn.a.1 rueful.a.1 
        sadness.n.1 melancholy.n.1~ misery.n.2 forlornness.n.1 weepiness.n.1 sorrow.n.1~ sadness.n.2~ depression.n.1
        depression.n.4 despair.n.1 despair.n.2 dejection.n.1 low_spirits.n.1~ blues.n.2 despondency.n.1
        cry.v.2 sob.v.1 mourn.v.1 grieve.v.1 mope.v.1 mope.v.2 lament.v.1 despair.v.1 whimper.v.1 sorrow.v.1""",
    "surprised": """surprised.a.1& amazed.a.1 astonished.a.1 startled.a.1 dumbfounded.a.1 dumbstruck.a.1 astounding.a.1
        astonishing.a.1 wide-eyed.a.2 awed.a.1 awestruck.a.1 surprising.a.1& 
        astonishment.n.1 wonder.n.1~ surprise.n.1 amazement.n.1 
        surprise.v.1 amaze.v.1 startle.v.1 marvel.v.2 wonder.v.3 gape.v.1 flabbergast.v.1 """,
    "afraid": """afraid.a.1& fearful.a.1 frightened.a.1 terrified.a.1 panicky.a.1 anxious.a.2 timid.a.1&
        worried.a.1 worried.a.2 nervous.a.1 alarmed.a.1 cowardly.a.1& fearful.a.3 frightening.a.1 hysterical.a.2
        jittery.a.1 uneasy.a.1 trembling.a.1 timorous.a.1 horrified.a.1 edgy.a.1
        fear.n.1 alarm.n.1 horror.n.1 panic.n.1~ scare.n.1 stage_fright.n.1 apprehension.n.1~ timidity.n.1 hysteria.n.2
        intimidation.n.1 anxiety.n.2 worry.n.2 edginess.n.1~ jitteriness.n.1 anxiousness.n.1 phobia.n.1 terror.n.1
        insecurity.n.2 cowardice.n.1~
        fear.v.1 fear.v.2 tremble.v.1 panic.v.1 frighten.v.1 terrify.v.1 dread.v.1 cower.v.1 worry.v.1 quake.v.1
        shudder.v.1 cringe.v.1""",
    "disgusted": """disgusted.a.1 disgusting.a.1 nauseated.a.1 nauseating.a.1 repulsive.a.1 appalled.a.1
        squeamish.a.1 queasy.a.1 loathsome.a.1 abhorrent.a.1 yucky.a.1 gross.a.4 revolting.a.1
        repellent.a.1 offensive.a.2 icky.a.1 distasteful.a.2 foul.a.1 vile.a.2 repugnant.a.1
        disgust.n.1 abhorrence.n.1 repugnance.n.1 nausea.n.2 nausea.n.1 loathing.n.1 queasiness.n.1 distaste.n.1
        aversion.n.1 antipathy.n.1
        disgust.v.1 disgust.v.2 vomit.v.1 gag.v.3 retch.v.1 loathe.v.1 sicken.v.3 revolt.v.2""",
    "contemptuous": """contemptuous.a.1 disdainful.a.2 arrogant.a.1 condescending.a.1 sarcastic.a.1& sneering.a.1 scornful.a.1
        snobbish.a.1& mocking.a.1 derisive.a.1 smug.a.1 haughty.a.1 cynical.a.1 superior.a.5 patronizing.a.1 snide.a.1
        cocky.a.1 conceited.a.1 stuck-up.a.1 dismissive.a.1 insolent.a.1 boastful.a.1 overbearing.a.2 pompous.a.1
        snooty.a.1 self-important.a.1
        contempt.n.1 contempt.n.2 contempt.n.3 arrogance.n.1 condescension.n.1~ 
        hubris.n.1 imperiousness.n.1 snobbery.n.1 derision.n.1 derision.n.2 mockery.n.1 sarcasm.n.1 smugness.n.1
        haughtiness.n.1 insolence.n.1 cynicism.n.1 superciliousness.n.1 pomposity.n.1
        sneer.v.1 sneer.v.2 scorn.v.1 mock.v.1 smirk.v.1 deride.v.1 jeer.v.1 patronize.v.3 scoff.v.1 gloat.v.1
        belittle.v.2 condescend.v.4""",
    "calm": """calm.a.1 composed.a.1& placid.a.1 placid.a.2 peaceful.a.1 relaxed.a.1& tranquil.a.2 restful.a.1&
        soothing.a.1 patient.a.1 quiet.a.1 gentle.a.1 mild.a.1 untroubled.a.1& unhurried.a.1 easygoing.a.1 
        unworried.a.1 laid-back.a.1 unexcited.a.1 dispassionate.a.1 pacific.a.2 relieved.a.1
        composure.n.1~ calmness.n.3 placidity.n.2 coolness.n.1 tranquillity.n.1 peace.n.3 relaxation.n.1
        serenity.n.1 quietude.n.1 relief.n.1 patience.n.1 
        calm.v.1 calm.v.3 relax.v.1 soothe.v.1 """,
    "tired": """tired.a.1& exhausted.a.1 exhausted.a.3 sleepy.a.1 drowsy.a.1 weary.a.1 lethargic.a.1& groggy.a.1 bored.a.1
        fatigued.a.1 listless.a.1 listless.a.2 sluggish.a.3 yawning.a.1 somnolent.a.1 slumberous.a.1 languid.a.1
        torpid.a.1 lackadaisical.a.1 soporific.a.1 asleep.a.1&
        fatigue.n.1 exhaustion.n.1 frazzle.n.1 grogginess.n.1 sleepiness.n.1 lethargy.n.1 lethargy.n.2 lassitude.n.1
        lassitude.n.3 listlessness.n.1 listlessness.n.2 drowsiness.n.1 boredom.n.1 languor.n.1 languor.n.2 
        torpor.n.1 torpor.n.2 jet_lag.n.1 weariness.n.1
        tire.v.1 tire.v.2 yawn.v.1 doze.v.1 sleep.v.1 drowse.v.2 slumber.v.1 nap.v.1""",
    "neutral": """neutral.a.4 expressionless.a.1 unemotional.a.1& impersonal.a.1 indifferent.a.1 normal.a.1 
        blank.a.2 emotionless.a.1 impassive.a.1 unmoved.a.1 
        uninvolved.a.1 nonchalant.a.1 impartial.a.1 matter-of-fact.a.1 unimpassioned.a.1 unbiased.a.1
        unresponsive.a.1 undemonstrative.a.1 inexpressive.a.1 
        impassivity.n.1 indifference.n.1 unconcern.n.2 nonchalance.n.1 neutrality.n.2 objectivity.n.1 normality.n.1
        detachment.n.1 apathy.n.1""",
}

# What WordNet lists elsewhere or not at all.
MORE = dict(
    happy="radiant; delightedly; grinning; giggling; chuckling; full of joy; in a good mood; cheering; yay; good-natured",
    angry="fuming; seething; furious; frustrated; frustration; ticked off; in a rage; boiling with rage; hateful; grumpy",
    sad="mopey; crying; sobbing; heartbroken; down in the dumps; in tears; devastated; depressed; feeling down; weepy",
    surprised="surprise; shocked; taken aback; jaw dropped; wide-eyed; wow; stunned; speechless; in disbelief; blown away",
    afraid="petrified; spooked; trembling; in a panic; frightful; scared stiff; freaked out; full of fear; fearing; dreading",
    disgusted="repelled; revolted; sickened; grossed out; repulsed; eww; yuck; nauseous; retching; turned off",
    contemptuous="contemptuously; smirking; looking down on you; belittling; disrespectful; sneeringly; scoffing; superior",
    calm="meditative; at ease; at peace; zen; soft-spoken; level-headed; mellow; soothingly; chilled; steady",
    tired="worn out; sleepily; burned out; drained of energy; half asleep; falling asleep; dead tired; yawning; run-down",
    neutral="expressionless; matter of fact; ordinary; plain; factual; without emotion; without expression; objective; usual")

# Members and neighbours of those senses that would mislead: other meanings come to mind first, or another emotion.
DROPPED = set("""
    blessed bright golden halcyon prosperous high sublime bang boot charge rush flush kick prideful black sore mad_hatter
    umbrageous hunted hangdog numb acrophobic agoraphobic algophobic claustrophobic hydrophobic aquaphobic mysophobic
    triskaidekaphobic xenophobic shitless dead beat drawn worn spent drained ragged footsore travel-worn raddled down low
    blue grim dark black cool dry shadow chill pall thrill tingle quiver shiver presage boding suspense pooped bitter scene
    fit temper charge still quiet lull chicken yellow faint funky pitiful sorry wild raging stormy fierce savage ferocious
    admiration astonied jiggered guilt attrition penance penitence repentance dander hackles choler offense offence rue
    torment harassment chafe stung steamed roiled vapors vapours megrims spleen weight oppression creeps frisson
    shock blow stupor daze stunner trip chesty fleer leer superior cold foul gross bum bushed grounds sick dying
     black gay smoldering smouldering  ease rest repose quietness hush  dreamy prehensile languor
    dreaminess soft light balmy mild pacific halcyon irenic intuitive suffering tortured care bereft tragic tragical
    tragicomic tragicomical elegiac grievous bleak dim dismal dingy drab drear dreary sorry uncheerful  heaviness
    passive plain normal average usual stock regular quotidian average ordinary formula typical natural modal standard
    common everyday routine mundane workaday unremarkable middling so-so indifferent median fair mediocre bare
     benumbed numb at_rest at_peace deceased departed gone in_abeyance hibernating hypnoid torpid estivating
    aestivating weak flabby flaccid rickety  wobbly wonky watery wan pale pallid puny feeble decrepit debile
    infirm sapless weakly cold-blooded pusillanimity poltroonery dastardliness cold_feet fence-sitting
     slow inactive dull sluggish heavy logy enthusiasm condescend stoop lower_oneself descend bed 
    kip   wind_off unroll uncoil untwine slow_down loosen_up unbend decompress  storm ramp
    pessimistic sick_of tired_of fed_up concern trouble belittle pick_at diminish lower honor honour
    moderation moderateness breeze bearish bullish  shocked dismayed appalled sinking scruple qualm
    steep conscienceless draw wear pall jade fag beam gag cat be_sick cast chuck disgorge puke purge barf spew spue upchuck
    vomit_up honk regorge throw_up  pule   keen regret repent bemoan bewail
    baseless kept  shop shop_at buy_at frequent sponsor keep_going bore  stretch poise
    big large in_camera in_private private privately crust freshness inflation swollen wide clear smooth nice dainty obscene
    wicked crow despite comfort transport terribly abysmally atrociously rottenly rotten megascopic persnickety overnice
    muzzle coy huddle quail recoil shrink terrible snap boil foggy soggy inert flip barbed arch nipping splashiness
    portentous portentously saturnine pungent pungently corrosive barrack prissy lousy crappy shitty galvanise galvanize
    boggle stunning outwear wear_upon wear_down log_z's catch_some_z's catch_a_wink dreamless chilly blue_devils at_leisure
    unmolested upset disturbed defeated thwarted foiled discomfited deflated ludicrously preposterously ridiculously
    laughable laughably risible diverted withdrawal unaffected untouched vacuous sickness repel simperingly bristle amort
    """.split())

STRONG = set("""
    furious enraged infuriated livid outraged incensed wrathful irate seething fuming rage fury wrath furiously madden
    maddened infuriation enragement raging ecstatic euphoric overjoyed elated exultant jubilant blissful thrilled euphoria
    ecstasy elation jubilation rapture bliss terrified petrified horrified panic-stricken panicked terror-stricken terror
    panic horror terrify petrify horror-struck heartbroken brokenhearted grief-stricken devastated miserable despairing
    despair grief anguish sob sobbing inconsolable disconsolate wretched anguished astounded thunderstruck flabbergasted
    dumbfounded stunned gobsmacked stupefied dumbstruck awestruck astonished revolted nauseated sickened repulsed loathing
    revulsion abhorrence loathe nauseous exhausted dead-tired dog-tired worn-out fagged knackered exhaustion haughty
    loathsome vomit retch hysterical hysteria tantrum laugh laughing disdain scornful serene serenity
    """.split())
MILD = set("""
    annoyed irritated miffed peeved nettled irked huffy grumpy annoyance irritation pique displeasure glad pleased content
    contented satisfied contentment smiling pensive wistful rueful disappointed glum bittersweet wistfulness pensiveness
    uneasy worried nervous apprehensive timid shy nervousness unease worry uneasiness apprehension startled queasy
    distasteful squeamish distaste smug cheeky smugness sleepy drowsy bored sleepiness drowsiness boredom yawn grouchy
    amused relieved downcast smile dislike
    """.split())

# Other languages: the words that a speaker would try first.
FOREIGN = {
    "de": dict(
        happy="glücklich fröhlich froh heiter freudig vergnügt begeistert freude fröhlichkeit lächelnd lachend lustig gutgelaunt",
        angry="wütend zornig verärgert böse sauer aufgebracht erbost ärgerlich wut zorn ärger rasend grimmig",
        sad="traurig betrübt niedergeschlagen deprimiert unglücklich trübsinnig weinend trauer traurigkeit bekümmert schwermütig",
        surprised="überrascht erstaunt verblüfft verwundert überraschung erstaunen staunend verdutzt perplex",
        afraid="ängstlich verängstigt furchtsam erschrocken panisch besorgt angst furcht panik nervös entsetzt",
        disgusted="angeekelt angewidert ekel eklig abscheu widerwillig angeekelte abgestoßen",
        contemptuous="verächtlich herablassend höhnisch spöttisch abfällig arrogant verachtung hochnäsig überheblich hochmütig",
        calm="ruhig gelassen entspannt friedlich ruhe besonnen gemütlich sanft gelassenheit",
        tired="müde erschöpft schläfrig ermüdet matt müdigkeit gelangweilt übermüdet erschöpfung",
        neutral="neutral sachlich normal ausdruckslos gleichgültig nüchtern unbewegt"),
    "fr": dict(
        happy="heureux heureuse joyeux joyeuse content gai ravi enjoué joie bonheur souriant enchanté",
        angry="fâché furieux furieuse énervé irrité colère en_colère rage agacé enragé courroucé",
        sad="triste malheureux déprimé abattu chagrin tristesse mélancolique affligé éploré peiné",
        surprised="surpris surprise étonné stupéfait ébahi étonnement stupeur ahuri époustouflé",
        afraid="effrayé apeuré peureux terrifié craintif anxieux peur terreur panique angoissé inquiet",
        disgusted="dégoûté écœuré dégoût nausée répugné dégoûtée écœurement",
        contemptuous="méprisant dédaigneux hautain arrogant moqueur mépris dédain condescendant narquois",
        calm="calme tranquille paisible serein détendu sérénité apaisé posé tranquillité",
        tired="fatigué épuisé las somnolent fatigue endormi exténué lassitude crevé",
        neutral="neutre normal inexpressif impassible indifférent sans_expression ordinaire"),
    "es": dict(
        happy="feliz contento contenta alegre alegría felicidad risueño encantado gozoso sonriente jubiloso",
        angry="enfadado enfadada enojado furioso furiosa irritado ira rabia enfado cabreado colérico airado",
        sad="triste tristeza deprimido apenado abatido melancólico infeliz pena afligido desconsolado",
        surprised="sorprendido sorprendida asombrado sorpresa asombro atónito pasmado estupefacto",
        afraid="asustado asustada temeroso aterrado miedo temor pánico miedoso aterrorizado nervioso",
        disgusted="asqueado asco repugnado náuseas repugnancia asqueada asqueroso",
        contemptuous="despectivo desdeñoso desprecio desdén arrogante burlón altivo despreciativo soberbio",
        calm="tranquilo tranquila sereno calmado calma relajado serenidad sosegado apacible tranquilidad",
        tired="cansado cansada agotado fatigado sueño cansancio somnoliento agotada exhausto",
        neutral="neutral neutro normal inexpresivo impasible indiferente"),
    "it": dict(
        happy="felice contento contenta allegro gioioso lieto gioia felicità allegria sorridente raggiante",
        angry="arrabbiato arrabbiata furioso furiosa irritato rabbia collera ira adirato infuriato",
        sad="triste infelice depresso abbattuto malinconico tristezza addolorato afflitto sconsolato",
        surprised="sorpreso sorpresa stupito meravigliato stupore sbalordito esterrefatto attonito",
        afraid="spaventato spaventata impaurito terrorizzato timoroso paura terrore panico ansioso",
        disgusted="disgustato disgustata disgusto nauseato schifo schifato ripugnanza",
        contemptuous="sprezzante sdegnoso disprezzo sdegno arrogante altezzoso beffardo",
        calm="calmo calma tranquillo sereno rilassato pacato serenità tranquillità placido",
        tired="stanco stanca esausto affaticato assonnato stanchezza sfinito spossato",
        neutral="neutro neutrale normale inespressivo impassibile indifferente"),
}
FRAMES = {  # bare words in those languages; {} stands for the word
    "de": ("{}", "sehr {}", "ein bisschen {}", "etwas {}", "extrem {}", "ganz {}", "er ist {}", "sie klingt {}", "{} sprechen"),
    "fr": ("{}", "très {}", "un peu {}", "légèrement {}", "extrêmement {}", "il est {}", "un ton {}", "une voix {}"),
    "es": ("{}", "muy {}", "un poco {}", "algo {}", "extremadamente {}", "está {}", "con voz {}", "un tono {}"),
    "it": ("{}", "molto {}", "un po' {}", "leggermente {}", "estremamente {}", "è {}", "una voce {}", "tono {}"),
}

STYLES = {
    "nod": """nod; nodding; nods; nod the head; nodding the head; with nods; a nod; head nods; nodding along;
        nodding in agreement; nod your head; bobbing the head; bobbing the head up and down; saying yes with the head;
        head going up and down; nickend; nicken; mit dem Kopf nicken; hochant la tête; acquiescer de la tête;
        asintiendo; asentir con la cabeza; annuendo; annuire; agreeing with the head; head bobbing; keeps nodding;
        affirmative nods; up and down with the head; nodded""",
    "shake": """shake the head; shaking the head; head shake; shakes the head; shaking his head; shaking her head;
        shake your head; head shaking; saying no with the head; head from side to side; turning the head left and right;
        shaking the head in disbelief; with a shake of the head; kopfschüttelnd; den Kopf schütteln; secouant la tête;
        secouer la tête; negando con la cabeza; sacudiendo la cabeza; scuotendo la testa; scuotere la testa;
        head shakes; wagging the head; shaking head; head swinging side to side; refusing with the head;
        disagreeing with the head; shook the head; keeps shaking the head""",
    "tilt": """tilt the head; tilting the head; head tilted; head tilt; tilts the head; head cocked; cocking the head;
        cocked to one side; head leaning to the side; leaning the head; inclined head; head on one side; tilt; tilted;
        Kopf schräg; schräger Kopf; den Kopf neigen; tête penchée; inclinant la tête; cabeza inclinada;
        ladeando la cabeza; testa inclinata; inclinando la testa; head slanted; head tipped sideways;
        tipping the head to one side; with a tilted head; cock your head; tilting""",
    "raise": """raise the head; raising the head; head raised; head up; chin up; looking up; raises the head; look up;
        lifting the head; lift the chin; head held high; nose in the air; head high; raised chin; gazing upwards;
        Kopf hoch; nach oben blickend; den Kopf heben; tête levée; levant la tête; regardant en haut; cabeza alta;
        levantando la cabeza; mirando hacia arriba; testa alta; alzando la testa; guardando in alto; upward look;
        chin raised; lifted head; looking upwards; eyes to the sky""",
    "lower": """lower the head; lowering the head; head lowered; head down; chin down; looking down; lowers the head;
        look down; bowed head; head bowed; hanging the head; hanging head; dropping the head; chin on the chest;
        drooping head; gazing downwards; Kopf gesenkt; nach unten blickend; den Kopf senken; tête baissée;
        baissant la tête; regardant en bas; cabeza baja; bajando la cabeza; mirando hacia abajo; testa bassa;
        abbassando la testa; guardando in basso; downcast look; bowing the head; lowered head; looking downwards;
        looking at the floor""",
    "wink": """wink; winking; winks; a wink; with a wink; winking one eye; closing one eye; wink the eye; winking at you;
        gives a wink; zwinkernd; zwinkern; mit einem Zwinkern; clin d'œil; faisant un clin d'œil; guiño;
        guiñando un ojo; occhiolino; facendo l'occhiolino; one eye closed; winked; winking playfully; cheeky wink;
        shutting one eye; one-eyed blink""",
    "frown": """frown; frowning; frowns; a frown; with a frown; knitted brows; furrowed brow; furrowing the brow;
        brows drawn together; brows down; lowered brows; knitting the brows; scowl; scowling; glowering; wrinkled forehead;
        stirnrunzelnd; die Stirn runzeln; fronçant les sourcils; froncer les sourcils; frunciendo el ceño;
        ceño fruncido; accigliato; aggrottando le ciglia; creased forehead; furrowed brows; brow furrowed; frowned;
        glower; contracted brows""",
    "turn": """turn the head; turning the head; head turned; head turned away; turns the head; turn to the side; turning to one side;
        looking over the shoulder; over the shoulder; facing sideways; in profile; head to the left; head to the right;
        turning away; Kopf zur Seite; den Kopf drehen; über die Schulter; tête tournée; tournant la tête; par-dessus l'épaule;
        cabeza girada; girando la cabeza; por encima del hombro; testa girata; girando la testa; turned aside;
        a turn of the head; sideways glance; turned head; head swivelled; twisting the head round; facing away""",
    "forward": """lean in; leaning in; leans in; lean forward; leaning forward; leans forward; head forward; head thrust forward;
        coming closer; closer to the camera; into the camera; chin thrust out; craning the neck; neck stretched out;
        vorgebeugt; nach vorn gebeugt; sich vorbeugen; penché en avant; se penchant en avant; inclinado hacia delante;
        inclinándose hacia delante; proteso in avanti; sporgendosi in avanti; in your face; moving in; stretching forward;
        leaned in; head poked forward; bending closer; leaning towards you""",
    "back": """lean back; leaning back; leans back; draw back; drawing back; draws back; head back; pulling the head back; recoil;
        recoiling; shrinking back; backing away; pulling away; flinching; zurückweichen; zurückweichend; zurückgelehnt;
        reculant; avec un mouvement de recul; penché en arrière; echándose atrás; retrocediendo; ritraendosi; all'indietro;
        chin tucked in; keeping a distance; leaned back; drawn back; head pulled back; jerking away""",
    "sway": """sway; swaying; sways; swaying from side to side; rocking; rocks; rocking from side to side; swaying gently;
        swinging along; swaying to the music; rolling with the rhythm; bobbing from side to side; schwankend; wiegend;
        hin und her wiegen; se balançant; en se dandinant; balanceándose; meciéndose; dondolando; ondeggiando; weaving;
        teetering; swaying like a drunk; head swaying; swayed; rocking to and fro; swaying left and right""",
    "brows": """raised eyebrows; raising the eyebrows; raise the eyebrows; eyebrows up; brows up; raised brows; brows raised;
        an eyebrow raised; one eyebrow up; lifting the eyebrows; lifted brows; raises an eyebrow; arched brows;
        hochgezogene Augenbrauen; die Augenbrauen heben; sourcils levés; haussant les sourcils; cejas levantadas;
        arqueando las cejas; sopracciglia alzate; alzando le sopracciglia; high brows; eyebrows shooting up; brow lift;
        raised eyebrow; arching an eyebrow; brows lifted high; quirked brow""",
    "closed": """eyes closed; closed eyes; closing the eyes; close the eyes; eyes shut; shut eyes; shutting the eyes;
        with closed eyes; closes the eyes; eyes squeezed shut; squeezing the eyes shut; lids down; lids closed;
        Augen zu; geschlossene Augen; die Augen schließen; yeux fermés; fermant les yeux; ojos cerrados; cerrando los ojos;
        occhi chiusi; chiudendo gli occhi; without opening the eyes; keeping the eyes closed; eyes pinched shut;
        eyelids shut; closed eyelids; blind for a moment; shuts both eyes""",
    "away": """looking away; look away; looks away; avoiding eye contact; avoids eye contact; no eye contact; eyes elsewhere;
        glancing around; glancing about; eyes darting; eyes wandering; averting the eyes; averted gaze; gaze averted;
        wegschauen; wegschauend; Blick abgewandt; meidet den Blick; regard fuyant; détournant le regard; mirada esquiva;
        desviando la mirada; sguardo sfuggente; distogliendo lo sguardo; not looking at you; glances aside; looked away;
        eyes flicking around; gazing off; shifty eyes""",
}

# Adverbs and what they do to the intensity's third (-1, 0, 1 above plain); languages in one list.
ADVERBS = {
    -1: "slightly; a bit; a little; somewhat; mildly; faintly; a touch; vaguely; gently; a tad; kind of; subtly; barely",
    0: "; quite; rather; pretty; fairly; clearly; visibly; noticeably; really",
    1: "very; extremely; so; incredibly; utterly; deeply; intensely; absolutely; terribly; totally; super; completely; "
       "overwhelmingly; enormously; most",
}
LEVEL_ADVERBS = {
    1: "slightly; a bit; a little; gently; softly; subtly; barely; lightly",
    2: "; clearly; now and then; often; again and again; repeatedly",
    3: "strongly; vigorously; a lot; heavily; deeply; very much; hard; violently; widely",
}
FOREIGN_ADVERBS = {
    -1: "ein bisschen; etwas; leicht; un peu; légèrement; un poco; algo; leggermente; un po'",
    1: "sehr; extrem; äußerst; total; très; extrêmement; muy; extremadamente; molto; estremamente",
}
