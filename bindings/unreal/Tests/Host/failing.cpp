/* What goes wrong ends in an error with the library's own text, and what went right before goes on. */
#include "host.hpp"

static m2f::Outcome<m2f::Model> from_bytes(const m2f::Runtime& runtime, const std::vector<char>& bytes) {
    m2f::ModelOptions options;
    options.data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    options.data_size = bytes.size();
    return m2f::Model::create(runtime, options);
}

void errors(const Rig& rig) {
    const m2f::Runtime runtime = rig.runtime();
    fails(m2f::Model::open(runtime, "nowhere/at/all.m2f"), M2F_STATUS_IO, "nowhere/at/all.m2f");
    std::vector<char> pack = read_file(rig.model_path);
    fails(from_bytes(runtime, std::vector<char>(5000, 'x')), M2F_STATUS_INVALID_PACK, "");
    fails(from_bytes(runtime, std::vector<char>(pack.begin(), pack.begin() + static_cast<std::ptrdiff_t>(pack.size() / 2))), M2F_STATUS_INVALID_PACK, "");
    const auto model = std::make_shared<const m2f::Model>(must(from_bytes(runtime, pack), "a model of bytes"));

    fails(core::ClipJob::begin(*model, {}, 16000, 1), M2F_STATUS_INVALID_AUDIO, "");
    fails(core::ClipJob::begin(*model, rig.samples, 0, 1), M2F_STATUS_INVALID_ARGUMENT, "rate");
    fails(core::ClipJob::begin(*model, m2f::Span<const float>(rig.samples.data(), 7), 16000, 2), M2F_STATUS_INVALID_ARGUMENT, "channels");

    core::Performer performer(*core::find_rig("arkit"));
    fails(performer.push(rig.samples.data(), 10, 16000), M2F_STATUS_INVALID_STATE, "go live");
    fails(performer.set_style("happy", 1), M2F_STATUS_INVALID_STATE, "go live");
    must(performer.interrupt(), "an interruption of nothing");
    core::VoiceOptions options = reference_voice(rig);
    options.sample_rate_hz = 7;
    fails(performer.go_live(model, options), M2F_STATUS_INVALID_ARGUMENT, "7");
    EXPECT(performer.course() == core::Course::rest && performer.voice() == nullptr);
    options = reference_voice(rig);
    options.delay_s = 1e9;
    fails(performer.go_live(model, options), M2F_STATUS_INVALID_ARGUMENT, "minute");
    options.delay_s = -1;
    options.queue_s = 1e9;
    fails(performer.go_live(model, options), M2F_STATUS_INVALID_ARGUMENT, "queue");

    // A device with a rate that no stream takes: the face comes to rest, and a voice can be made again.
    must(performer.go_live(model, reference_voice(rig)), "a voice");
    performer.port()->hear(rig.samples.data(), 100, 1, 16000, 0);
    performer.port()->hear(rig.samples.data(), 100, 0, 16000, 0);
    performer.port()->hear(rig.samples.data(), 100, 1, 11, 0);
    EXPECT(performer.voice()->left_out() == 100);
    fails(performer.advance(0), M2F_STATUS_INVALID_ARGUMENT, "11");
    EXPECT(performer.course() == core::Course::rest);
    must(performer.advance(1), "a frame after the error");
    must(performer.go_live(model, reference_voice(rig)), "a voice");
    must(performer.set_style(std::string(1, '\0') + "x", 1), "a style of nothing");
    fails(performer.set_style("\xff", 1), M2F_STATUS_INVALID_UTF8, "");
    EXPECT(performer.course() == core::Course::live);
    must(performer.advance(2), "a frame");

    // A clip that is given up, and one that a performer takes down with it.
    performer.say(must(core::ClipJob::begin(*model, rig.samples, rig.rate_hz, 1), "a clip"));
    EXPECT(performer.voice() == nullptr && performer.course() == core::Course::preparing);
    must(performer.advance(3), "a frame");
    performer.stop();
    EXPECT(performer.course() == core::Course::rest);
    {
        core::Performer brief(*core::find_rig("vrm1"));
        brief.say(must(core::ClipJob::begin(*model, rig.samples, rig.rate_hz, 1), "a clip"));
    }
    const auto job = must(core::ClipJob::begin(*model, rig.samples, rig.rate_hz, 1), "a clip");
    fails(job->take(), M2F_STATUS_NOT_READY, "wait");
    job->cancel();
    fails(job->poll(1000), M2F_STATUS_CANCELLED, "");
    std::printf("   errors have the library's texts, and performers live on\n");
}
