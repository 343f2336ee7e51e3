/*
 * A character's face from frame to frame: it rests, plays a clip, or follows a voice, and goes over from one to the other.
 *
 * One thread owns a performer, the game's. The audio thread meets it at its port alone. A frame takes no memory.
 */
#pragma once

#include "clock.hpp"
#include "curve_set.hpp"
#include "track.hpp"
#include "voice.hpp"

namespace m2f::core {

/** What a performer does. */
enum class Course {
    /** Nothing, or it comes to rest. */
    rest,
    /** A clip is being animated; nothing is shown of it yet. */
    preparing,
    /** A clip is played: let its sound begin when this begins. */
    clip,
    /** The face follows a voice. */
    live,
};

class Performer {
public:
    /** For curves of a rig. */
    explicit Performer(const Rig& rig);
    ~Performer();
    Performer(const Performer&) = delete;
    Performer& operator=(const Performer&) = delete;

    /** Names of the curves. They stay. */
    const std::vector<std::string>& names() const noexcept { return names_; }
    /** Values of the curves in the last frame. */
    const std::vector<float>& values() const noexcept { return values_; }
    /** The head in the last frame, in the library's axes. */
    const Head& head() const noexcept { return head_; }
    Course course() const noexcept { return course_; }

    /** Animates a clip and then plays it. */
    void say(std::unique_ptr<ClipJob> job);
    /** Plays an animation from a position on, seconds. It needs no model. */
    void play(std::shared_ptr<const Track> track, double position_s = 0);
    /** How much of a clip that is being animated is done, 0..1. */
    float progress() const { return job_ ? job_->progress() : 0; }
    /** Where the clip's sound is, by what plays it. Without it the clip runs by the times of frames. */
    void report(double position_s) noexcept { clip_clock_.report(position_s); }
    /** Goes to a position at once. */
    void seek(double position_s) noexcept { clip_clock_.start(position_s); }
    void pause(bool on) noexcept { clip_clock_.pause(on); }
    double position_s() const noexcept { return clip_clock_.position_s(); }

    /**
     * Follows a voice that is spoken (push) or heard from now on. If sound of another rate is heard, the voice is made again with
     * that. The performer keeps the model.
     */
    Outcome<void> go_live(std::shared_ptr<const Model> model, const VoiceOptions& options);
    /** The voice, or nullptr. */
    Voice* voice() noexcept { return voice_.get(); }
    /** Queues sound to be spoken; gives the share that found room, 0..1. INVALID_STATE if there is no voice. */
    Outcome<double> push(const float* samples, std::size_t count, std::uint32_t rate_hz);
    /**
     * Words or one emoji for the voice from now on, also when it is made again at another rate; empty for none. Encodes the style, which
     * takes milliseconds, if it is another.
     */
    Outcome<void> set_style(const std::string& words, float strength);
    /** What the audio thread calls. */
    const std::shared_ptr<AudioPort>& port() const noexcept { return port_; }

    /** Barge-in: the voice ends now and the face comes to rest. Live, the next sound is spoken as usual; a clip ends. */
    Outcome<void> interrupt();
    /** Ends whatever goes on; the face comes to rest. */
    void stop();

    /**
     * A frame: now_s is any clock that counts seconds, the same that the audio thread is given; elapsed_s is what the game counts since
     * the last frame, by default the difference of both. True if there is something to show, false when the face rests. After an error the face comes to rest. Takes no memory, but for the first frame of an animated clip, an
     * error's text and a voice of another rate.
     */
    Outcome<bool> advance(double now_s, double elapsed_s);
    Outcome<bool> advance(double now_s) { return advance(now_s, has_begun_ ? now_s - last_s_ : 0); }

    /** Whether heard samples are counted by whole blocks: every run is then the same. For tests. */
    bool counts_blocks = false;

private:
    Outcome<void> sample(double now_s, double elapsed_s, bool& shown);
    Outcome<void> follow(double now_s);
    Outcome<void> make_voice();
    void source(const std::vector<std::string>& weight_names, const EyeRange& range);
    void end() noexcept;
    void begin_blend();
    bool blend(double elapsed_s) noexcept;

    const Rig& rig_;
    std::vector<std::string> names_;
    std::vector<float> values_, rest_values_, from_values_;
    Head head_ = head_at_rest, from_head_ = head_at_rest;
    Course course_ = Course::rest;

    std::unique_ptr<ClipJob> job_;
    std::shared_ptr<const Track> track_;
    PlayClock clip_clock_;

    std::shared_ptr<const Model> model_;
    VoiceOptions voice_options_;
    std::optional<Style> style_;
    std::string style_words_;
    float style_strength_ = 1;
    std::unique_ptr<Voice> voice_;
    std::shared_ptr<AudioPort> port_ = std::make_shared<AudioPort>();

    Face face_;
    std::optional<CurveMap> map_;
    std::vector<std::string> source_names_;
    EyeRange source_range_;
    double last_s_ = 0;
    bool has_begun_ = false;
    double blended_s_;  // since the face left what it showed; infinite when nothing of that is left
};

}  // namespace m2f::core
