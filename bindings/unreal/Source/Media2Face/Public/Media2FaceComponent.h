#pragma once

#include "CoreMinimal.h"
#include "Components/ActorComponent.h"

#include <memory>

#include "Media2FaceComponent.generated.h"

class FMedia2FaceSubmixListener;
class UAudioComponent;
class UMedia2FaceCurves;
class UMedia2FaceModel;
class UMedia2FaceVoice;
class USkeletalMeshComponent;
class USoundBase;
class USoundSubmix;
class USoundWave;
struct FMedia2FaceCharacter;

/** How a live face trades delay for care. */
UENUM(BlueprintType)
enum class EMedia2FaceLatency : uint8
{
	/** About 0.42 s late. */
	Careful,
	/** About 0.12 s late, by the pack's live network. */
	Fast,
};

/** What a character does. */
UENUM(BlueprintType)
enum class EMedia2FaceCourse : uint8
{
	Rest,
	Preparing,
	Clip,
	Live,
};

DECLARE_DYNAMIC_MULTICAST_DELEGATE(FMedia2FaceEvent);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FMedia2FaceFailed, const FString&, Error);

/**
 * Moves a character's face by sound. The node "media2face" of an animation graph shows it; a plain head with ARKit's morph targets
 * needs no graph (Morph Mesh).
 */
UCLASS(ClassGroup = (media2face), meta = (BlueprintSpawnableComponent))
class MEDIA2FACE_API UMedia2FaceComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UMedia2FaceComponent();

	/** The model. Baked curves need none. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face")
	TObjectPtr<UMedia2FaceModel> Model;

	/** arkit (for MetaHuman's ARKit mapping, Live Link and ARKit morph targets), metahuman, oculus, ready-player-me, vrm1, vrm0. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "media2face")
	FName Rig = TEXT("arkit");

	/** Words or one emoji; empty for none. Applies to the next clip, and live at once. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face")
	FString Style;

	/** 1 is as much as the words say. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face", meta = (ClampMin = "0", ClampMax = "2"))
	float StyleStrength = 1;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face")
	EMedia2FaceLatency Latency = EMedia2FaceLatency::Careful;

	/** The same number gives the same motion; below 0 each clip has its own. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face")
	int32 Seed = -1;

	/** How much later than the submix is heard its sound reaches the player, seconds: that of a delay effect behind it. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face", meta = (ClampMin = "0", ClampMax = "10"))
	float SubmixDelaySeconds = 0;

	/** Room for pushed speech that waits to be spoken, seconds. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "media2face", meta = (ClampMin = "1", ClampMax = "600"))
	float QueueSeconds = 30;

	/** The sound of a clip begins when this is called. */
	UPROPERTY(BlueprintAssignable, Category = "media2face")
	FMedia2FaceEvent OnClipBegan;

	/** A clip came to its end, or was stopped. */
	UPROPERTY(BlueprintAssignable, Category = "media2face")
	FMedia2FaceEvent OnEnded;

	/** Something went wrong: the library's own text. The face comes to rest. */
	UPROPERTY(BlueprintAssignable, Category = "media2face")
	FMedia2FaceFailed OnFailed;

	/** Plays curves that were baked before, and their sound if there is one. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	bool PlayCurves(const UMedia2FaceCurves* Curves, USoundBase* Sound);

	/** Animates interleaved sound, -1 to 1, then calls OnClipBegan and plays the face. Sound, if there is one, begins with it. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	bool SaySamples(const TArray<float>& Samples, int32 SampleRate, int32 NumChannels, USoundBase* Sound);

	/** The face follows a submix, or the main one. It is late by the latency, unless the sound is delayed as SubmixDelaySeconds says. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	bool FollowSubmix(USoundSubmix* Submix);

	/** Begins to speak what is pushed. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	bool BeginSpeech();

	/** Queues a chunk of one channel, -1 to 1, at any rate. Gives the share that found room, 0 to 1. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	float PushSpeech(const TArray<float>& Samples, int32 SampleRate);

	/** Barge-in: silence now, and the mouth comes to rest within a fifth of a second. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	void Interrupt();

	/** Live: whether the character listens to somebody. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	void SetListening(bool bListens);

	/** Ends whatever goes on. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	void Stop();

	UFUNCTION(BlueprintPure, Category = "media2face")
	EMedia2FaceCourse GetCourse() const;

	/** Names of the curves, in the order of GetCurveValues. */
	UFUNCTION(BlueprintPure, Category = "media2face")
	const TArray<FName>& GetCurveNames() const { return CurveNames; }

	/** Values of the last frame: weights 0 to 1, angles in radians. */
	UFUNCTION(BlueprintPure, Category = "media2face")
	const TArray<float>& GetCurveValues() const { return CurveValues; }

	/** Turn and place of the head, in the component space of a character that looks along +X; centimetres. */
	UFUNCTION(BlueprintPure, Category = "media2face")
	FTransform GetHead() const;

	/** Drives the morph targets of a mesh that have the curves' names. nullptr for none. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	void SetMorphMesh(USkeletalMeshComponent* Mesh);

	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

protected:
	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;

private:
	bool Prepare();
	bool PrepareModel();
	bool GoLive(int32 SampleRate, float Delay, float Queue);
	bool Fail(const FString& Error);
	void Advance();
	void Show();
	void LeaveSound();
	void BeginSound();
	void OnPlayed(const UAudioComponent* Played, const USoundWave* Wave, const float Share);

	UPROPERTY(Transient)
	TObjectPtr<UMedia2FaceVoice> Voice;

	UPROPERTY(Transient)
	TObjectPtr<UAudioComponent> ClipAudio;

	UPROPERTY(Transient)
	TObjectPtr<USoundBase> ClipSound;

	UPROPERTY(Transient)
	TObjectPtr<USoundSubmix> ListenedSubmix;

	UPROPERTY(Transient)
	TObjectPtr<USkeletalMeshComponent> MorphMesh;

	TArray<FName> CurveNames;
	TArray<float> CurveValues;
	TSharedPtr<FMedia2FaceSubmixListener, ESPMode::ThreadSafe> Listener;
	std::shared_ptr<FMedia2FaceCharacter> Character;
	FString AppliedStyle;
	float AppliedStrength = -1;
};
