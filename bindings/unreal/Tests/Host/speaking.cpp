/* A clip and a live voice, face by face as the C reference has them. */
#include "host.hpp"

#include <chrono>
#include <cmath>
#include <thread>

void clip(const Rig& rig) {
    const std::vector<float> reference = read_reference(rig);
    const m2f::Runtime runtime = rig.runtime();
    const auto model = rig.model(runtime);
    const std::vector<std::string> names = must(core::weight_names(*model), "names");
    const core::EyeRange eyes = must(core::eye_range(*model), "eyes"), starter;
    EXPECT(std::fabs(double(eyes.in_rad) - double(starter.in_rad)) < 1e-5 && std::fabs(double(eyes.out_rad) - double(starter.out_rad)) < 1e-5);
    EXPECT(std::fabs(double(eyes.up_rad) - double(starter.up_rad)) < 1e-5 && std::fabs(double(eyes.down_rad) - double(starter.down_rad)) < 1e-5);
    core::ClipOptions options;
    options.style = "happy";
    options.seed = 7;
    core::Performer performer(*core::find_rig("arkit"));
    EXPECT(!must(performer.advance(0), "a frame at rest"));
    performer.say(must(core::ClipJob::begin(*model, rig.samples, rig.rate_hz, 1, options), "a clip"));
    EXPECT(performer.course() == core::Course::preparing);
    float progress = 0;
    for (int frame = 0; performer.course() == core::Course::preparing; frame++) {
        EXPECT(frame < 100000 && performer.progress() >= progress);
        progress = performer.progress();
        must(runtime.step(1), "a step");
        must(performer.advance(0), "a frame");
    }
    EXPECT(performer.course() == core::Course::clip && performer.position_s() == 0);
    const std::size_t frames = rig.samples.size();
    float moved = 0;
    for (std::size_t k = 0; k < face_count; k++) {
        const std::size_t at = 1 + k * (frames - 1) / face_count;
        performer.seek(double(at) / rig.rate_hz);
        EXPECT(must(performer.advance(0), "a frame"));
        moved += compare(performer, names, &reference[k * face_floats], "face", k);
    }
    EXPECT(moved > 50);
    // Paused it stands; at its end it comes to rest, within a second, and then there is nothing to show.
    performer.pause(true);
    performer.seek(0.5);
    performer.pause(true);
    must(performer.advance(1), "a frame");
    EXPECT(performer.position_s() == 0.5);
    performer.pause(false);
    performer.seek(double(frames) / rig.rate_hz);
    double now_s = 1;
    while (performer.course() == core::Course::clip) must(performer.advance(now_s += 1.0 / 60), "the end");
    float last = value(performer, "JawOpen");
    for (int frame = 0; frame < 60; frame++) {
        must(performer.advance(now_s += 1.0 / 60), "rest");
        EXPECT(value(performer, "JawOpen") <= last);
        last = value(performer, "JawOpen");
    }
    EXPECT(!must(performer.advance(now_s += 1.0 / 60), "rest"));
    for (const float rest : performer.values()) EXPECT(rest == 0);
    EXPECT(performer.head() == core::head_at_rest);
    std::printf("   %zu faces of a clip are the C library's, bit for bit; weights sum to %.1f\n", face_count, double(moved));
}

/** Sound goes in by one of both ways, an interruption in the middle. */
static void live(const Rig& rig, const std::vector<float>& reference, bool speaks) {
    const m2f::Runtime runtime = rig.runtime();
    const auto model = rig.model(runtime);
    const std::vector<std::string> names = must(core::weight_names(*model), "names");
    core::Performer performer(*core::find_rig("arkit"));
    performer.counts_blocks = true;
    must(performer.go_live(model, reference_voice(rig)), "a voice");
    const std::size_t delay = performer.voice()->delay_frames(), blocks = rig.samples.size() / block_frames;
    std::vector<float> heard(blocks * block_frames), several(block_frames * 4);
    float moved = 0;
    for (std::size_t block = 0; block < blocks; block++) {
        const float* const spoken = &rig.samples[block * block_frames];
        const double now_s = double(block * block_frames) / rig.rate_hz;
        if (block == barge_in_block) {
            work_all(runtime, *performer.voice());
            must(performer.interrupt(), "an interruption");
        }
        if (speaks) {
            EXPECT(must(performer.push(spoken, block_frames, rig.rate_hz), "sound") == 1);
            performer.port()->speak(&heard[block * block_frames], block_frames, now_s);
        } else {
            // A submix may change its channels: the mean of them is the same.
            const std::uint32_t channels = 1u << (block / 40 % 3);
            for (std::size_t i = 0; i < block_frames * channels; i++) several[i] = spoken[i / channels];
            performer.port()->hear(several.data(), block_frames, channels, rig.rate_hz, now_s);
        }
        work(runtime, *performer.voice(), performer.voice()->heard());
        EXPECT(must(performer.advance(now_s), "a frame"));
        EXPECT(performer.course() == core::Course::live);
        moved += compare(performer, names, &reference[(face_count + block) * face_floats], "block", block);
    }
    EXPECT(reference.size() == (face_count + blocks) * face_floats && moved > 50);
    const std::size_t cut = barge_in_block * block_frames;
    for (std::size_t i = 0; speaks && i < heard.size(); i++) {
        const bool silent = i < delay || (i >= cut && i < cut + delay);
        EXPECT(heard[i] == (silent ? 0 : rig.samples[i - delay]));
    }
    std::printf("   %zu faces of a voice with a barge-in, %s, are the C library's, bit for bit; %zu frames late\n", blocks,
                speaks ? "pushed and spoken" : "heard on a submix", delay);
}

void stream(const Rig& rig) {
    const std::vector<float> reference = read_reference(rig);
    live(rig, reference, true);
    live(rig, reference, false);
}

/** Hears the sound in blocks of a submix at a rate; each sample is repeated. Gives the largest step of a curve between two frames. */
static float hear(const Rig& rig, const m2f::Runtime& runtime, core::Performer& performer, std::size_t from_block, std::size_t to_block,
                  std::uint32_t factor, double& now_s) {
    std::vector<float> block(block_frames * factor * 2);
    std::vector<float> before = performer.values();
    float step = 0;
    for (std::size_t number = from_block; number < to_block; number++) {
        for (std::size_t i = 0; i < block.size(); i++) block[i] = rig.samples[number * block_frames + i / (factor * 2)];
        performer.port()->hear(block.data(), block_frames * factor, 2, rig.rate_hz * factor, now_s);
        now_s += double(block_frames) / rig.rate_hz;
        work(runtime, *performer.voice(), performer.voice()->heard());
        must(performer.advance(now_s), "a frame");
        for (std::size_t i = 0; i < before.size(); i++) {
            EXPECT(std::isfinite(performer.values()[i]));
            step = std::max(step, std::fabs(performer.values()[i] - before[i]));
        }
        before = performer.values();
    }
    return step;
}

/** Rates that change, chunks of other rates, speech that overflows its queue. */
void voices(const Rig& rig) {
    const m2f::Runtime runtime = rig.runtime();
    const auto model = rig.model(runtime);
    core::Performer performer(*core::find_rig("arkit"));
    core::VoiceOptions options;
    options.sample_rate_hz = rig.rate_hz;
    options.latency = M2F_LATENCY_FAST;
    options.delay_s = 0.3;
    options.seed = 7;
    must(performer.go_live(model, options), "a voice");
    must(performer.set_style("happy", 1), "a style");
    double now_s = 0;
    const float before = hear(rig, runtime, performer, 0, 60, 1, now_s);
    EXPECT(before > 0.01f && performer.voice()->rate_hz() == rig.rate_hz);
    // Another device: the first blocks of its rate are left out, until the game's thread has made another voice.
    const float after = hear(rig, runtime, performer, 60, 120, 3, now_s);
    EXPECT(performer.course() == core::Course::live && performer.voice()->rate_hz() == rig.rate_hz * 3);
    EXPECT(performer.voice()->other_rate_hz() == 0 && after > 0.01f && after < 0.5f);
    hear(rig, runtime, performer, 120, 130, 1, now_s);
    EXPECT(performer.voice()->rate_hz() == rig.rate_hz);
    std::printf("   rates change from %u to %u Hz and back; the face goes on, its largest step is %.2f\n", rig.rate_hz, rig.rate_hz * 3, double(after));

    // Chunks of 24 kHz through a voice of 48 kHz come out twice as long, and not before the delay.
    options.sample_rate_hz = 48000;
    options.delay_s = -1;
    options.queue_s = 1;
    must(performer.go_live(model, options), "a voice");
    std::vector<float> tone(12000), out(480), spoken;
    for (std::size_t i = 0; i < tone.size(); i++) tone[i] = 0.5f * std::sin(2 * 3.14159265f * 300 * float(i) / 24000);
    EXPECT(must(performer.push(tone.data(), tone.size(), 24000), "speech") == 1);
    EXPECT(performer.voice()->waiting() == 24000);
    const double taken = must(performer.push(tone.data() + 6000, 6000, 24000), "more") + must(performer.push(tone.data(), tone.size(), 24000), "too much");
    EXPECT(taken > 1.4 && taken < 1.6 && performer.voice()->waiting() == 48000);
    for (int block = 0; block < 150; block++) {
        performer.port()->speak(out.data(), out.size(), block * 0.01);
        spoken.insert(spoken.end(), out.begin(), out.end());
        work(runtime, *performer.voice(), performer.voice()->heard());
    }
    const std::size_t delay = performer.voice()->delay_frames();
    float loudest = 0;
    for (std::size_t i = 0; i < spoken.size(); i++) {
        EXPECT(i >= delay || spoken[i] == 0);
        if (i > delay + 1000 && i < delay + 20000) loudest = std::max(loudest, std::fabs(spoken[i]));
    }
    EXPECT(loudest > 0.49f && loudest < 0.51f && performer.voice()->waiting() == 0);
    // After an interruption nothing of what was pushed is heard any more.
    must(performer.push(tone.data(), tone.size(), 24000), "speech");
    performer.port()->speak(out.data(), out.size(), 1.5);
    must(performer.interrupt(), "an interruption");
    EXPECT(performer.voice()->waiting() == 0);
    for (int block = 0; block < 20; block++) {
        performer.port()->speak(out.data(), out.size(), 1.51 + block * 0.01);
        for (const float sample : out) EXPECT(sample == 0);
    }
    std::printf("   speech of 24 kHz is spoken at 48 kHz, %zu frames late, and is gone after an interruption\n", delay);
}

/** A minute of nothing: nothing grows, and the mouth keeps still. */
void silence(const Rig& rig) {
    const m2f::Runtime runtime = rig.runtime();
    const auto model = rig.model(runtime);
    core::Performer performer(*core::find_rig("arkit"));
    performer.counts_blocks = true;
    core::VoiceOptions options = reference_voice(rig);
    options.latency = M2F_LATENCY_FAST;
    must(performer.go_live(model, options), "a voice");
    std::vector<float> block(rig.rate_hz);
    const int blocks = 60;
    float jaw = 0;
    for (int number = 0; number < blocks; number++) {
        performer.port()->hear(block.data(), block.size(), 1, rig.rate_hz, number);
        work(runtime, *performer.voice(), performer.voice()->heard());
        must(performer.advance(number), "a frame");
        for (const float shown : performer.values()) EXPECT(std::isfinite(shown) && std::fabs(shown) <= 1);
        jaw = std::max(jaw, value(performer, "JawOpen"));
    }
    m2f_stream_status state;
    EXPECT(performer.voice()->stream().state(state) == M2F_STATUS_OK);
    EXPECT(state.dropped == 0 && state.next_sample == std::uint64_t{blocks} * block.size() + performer.voice()->delay_frames());
    EXPECT(jaw < 0.15f);
    std::printf("   a minute of silence: the jaw opens by %.3f at most\n", double(jaw));
}

/** An audio thread that never stops, and a game that begins, interrupts, replaces and destroys. */
void threads(const Rig& rig) {
    const m2f::Runtime runtime = rig.runtime(1);
    const auto model = rig.model(runtime);
    std::atomic<bool> ends{false};
    std::shared_ptr<core::AudioPort> port = std::make_shared<core::AudioPort>();
    std::atomic<core::AudioPort*> current{port.get()};
    std::vector<std::shared_ptr<core::AudioPort>> all{port};
    std::thread audio([&] {
        std::vector<float> block(block_frames);
        for (std::size_t at = 0; !ends; at = (at + block_frames) % (rig.samples.size() - block_frames)) {
            const auto now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
            current.load()->hear(&rig.samples[at], block_frames, 1, rig.rate_hz, now);
            current.load()->speak(block.data(), block_frames, now);
        }
    });
    for (int life = 0; life < 30; life++) {
        core::Performer performer(*core::find_rig(life % 2 ? "arkit" : "oculus"));
        all.push_back(performer.port());
        current = performer.port().get();
        core::VoiceOptions options = reference_voice(rig);
        options.latency = M2F_LATENCY_FAST;
        must(performer.go_live(model, options), "a voice");
        for (int frame = 0; frame < 5; frame++) {
            must(performer.push(rig.samples.data(), 4000, 24000), "speech");
            must(performer.advance(frame / 60.0), "a frame");
            must(performer.interrupt(), "an interruption");
        }
        if (life % 3 == 0) performer.stop();
        if (life % 3 == 1) must(performer.go_live(model, options), "another voice");
        // It is destroyed here, while it speaks; the port lives on.
    }
    ends = true;
    audio.join();
    std::vector<float> block(block_frames, 1.0f);
    all.back()->speak(block.data(), block.size(), 0);
    for (const float sample : block) EXPECT(sample == 0);
    std::printf("   30 performers were destroyed while they spoke; their ports give silence\n");
}
