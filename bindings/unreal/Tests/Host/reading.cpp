/* Rigs against the library's own tables, baked curves against the CSV of the same line, and bytes that are none. */
#include "host.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;
};

/** A CSV whose cells from `first` on are numbers. */
static Table read_table(const std::string& path, std::size_t first) {
    const std::vector<char> bytes = read_file(path);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    Table table;
    std::string line, cell;
    for (bool head = true; std::getline(lines, line); head = false) {
        std::istringstream cells(line);
        std::vector<double> row;
        for (std::size_t at = 0; std::getline(cells, cell, ','); at++) {
            if (at < first) continue;
            if (head) {
                table.columns.push_back(cell);
            } else {
                row.push_back(std::atof(cell.c_str()));
            }
        }
        if (!head) {
            EXPECT_OR(line.c_str(), row.size() == table.columns.size());
            table.rows.push_back(row);
        }
    }
    EXPECT_OR(path.c_str(), table.rows.size() > 30);
    return table;
}

void rigs(const Rig& rig) {
    const Table arkit = read_table(rig.reference_path + "/arkit/hello.table.csv", 1);
    for (const char* name : {"arkit", "oculus", "ready-player-me", "vrm1", "vrm0", "metahuman"}) {
        const core::Rig* const own = core::find_rig(name);
        EXPECT_OR(name, own != nullptr);
        const Table table = read_table(rig.reference_path + "/" + name + "/hello.table.csv", 1);
        const std::vector<std::string> channels = own->channels();
        EXPECT_OR(name, std::equal(channels.begin(), channels.end(), table.columns.begin()));
        core::RigMap map(*own, arkit.columns);
        EXPECT(map.channel_count() == channels.size());
        std::vector<float> weights(arkit.columns.size()), values(channels.size());
        double worst = 0, moved = 0;
        for (std::size_t frame = 0; frame < arkit.rows.size(); frame++) {
            for (std::size_t i = 0; i < weights.size(); i++) weights[i] = static_cast<float>(arkit.rows[frame][i]);
            map.drive(weights.data(), values.data());
            for (std::size_t i = 0; i < values.size(); i++) {
                worst = std::max(worst, std::fabs(double(values[i]) - table.rows[frame][i]));
                moved += double(values[i]);
            }
        }
        EXPECT_OR((name + std::to_string(worst)).c_str(), worst < 1e-5 && moved > 1);
        std::printf("   %s: %zu channels, off by %.1e at most over %zu frames\n", name, channels.size(), worst, arkit.rows.size());
    }
    EXPECT(core::find_rig("daz") == nullptr);
    const std::vector<std::string> names = {"EyeBlinkLeft", "jaw_open", "mouthSmile_L"};
    EXPECT(core::find_channel(names, "eyeBlinkLeft") == 0 && core::find_channel(names, "jawOpen") == 1);
    EXPECT(core::find_channel(names, "mouthSmileLeft") == 2 && core::find_channel(names, "mouthSmileRight") == -1);
}

/** Values of every frame, against the Live Link Face CSV. */
static void compare_with_csv(const core::Track& track, const Table& csv, double fps) {
    const core::Rig& arkit = *core::find_rig("arkit");
    const std::vector<std::string> names = core::curve_names(arkit);
    EXPECT(std::equal(names.begin(), names.end(), csv.columns.begin()) && names.size() == csv.columns.size());
    core::CurveMap map(arkit, track.weight_names(), track.eye_range());
    core::Face face(track.weight_names().size());
    std::vector<float> values(map.curve_count());
    double weight = 0, angle = 0;
    for (std::size_t frame = 0; frame < csv.rows.size(); frame++) {
        must(track.sample(double(frame) / fps, face), "a face");
        map.drive(face, values.data());
        for (std::size_t i = 0; i < values.size(); i++) {
            double& worst = i < 52 ? weight : angle;
            worst = std::max(worst, std::fabs(double(values[i]) - csv.rows[frame][i]));
        }
    }
    EXPECT_OR(std::to_string(weight).c_str(), weight <= 1.0 / 2048 + 1e-6);
    EXPECT_OR(std::to_string(angle).c_str(), angle < 2e-3);
    std::printf("   %zu baked frames are those of the CSV: weights within %.1e, angles within %.1e rad\n", csv.rows.size(), weight, angle);
}

/** Keys that were left out are where the others say. */
static void thin(const core::Track& track, double fps) {
    const core::Rig& arkit = *core::find_rig("arkit");
    const std::vector<core::Curve> made = must(core::bake(track, arkit, fps), "a bake");
    core::CurveMap map(arkit, track.weight_names(), track.eye_range());
    core::Face face(track.weight_names().size());
    std::vector<float> values(map.curve_count());
    const auto frames = static_cast<std::size_t>(std::round(track.duration_s() * fps));
    std::size_t keys = 0;
    double worst = 0;
    for (const core::Curve& curve : made) keys += curve.keys.size();
    for (std::size_t frame = 0; frame < frames; frame++) {
        must(track.sample(double(frame) / fps, face), "a face");
        map.drive(face, values.data());
        for (std::size_t i = 0; i < made.size(); i++) {
            worst = std::max(worst, std::fabs(double(core::value_at(made[i], double(frame) / fps)) - double(values[i])));
        }
    }
    EXPECT_OR(std::to_string(worst).c_str(), worst < 1.2e-4);
    EXPECT(keys < frames * made.size() && made.size() == 61);
    const auto tongue = std::find_if(made.begin(), made.end(), [](const core::Curve& curve) { return curve.name == "LeftEyeRoll"; });
    EXPECT(tongue != made.end() && tongue->keys.size() == 1);
    fails(core::bake(track, arkit, 0), M2F_STATUS_INVALID_ARGUMENT, "frames per second");
    fails(core::bake(track, arkit, std::nan("")), M2F_STATUS_INVALID_ARGUMENT, "frames per second");
    std::printf("   %zu frames of %zu curves are kept in %zu keys, within %.1e\n", frames, made.size(), keys, worst);
}

/** Any bytes give an error with a text, or a track: no crash, and no wait. */
static void hostile(const std::vector<char>& whole) {
    const auto read = [](const std::vector<char>& bytes) { return core::BakedTrack::read(bytes.data(), bytes.size()); };
    fails(read({}), M2F_STATUS_INVALID_ARGUMENT, "M2FCURV1");
    fails(read(std::vector<char>(whole.begin() + 1, whole.end())), M2F_STATUS_INVALID_ARGUMENT, "M2FCURV1");
    fails(read(std::vector<char>(whole.begin(), whole.begin() + 100)), M2F_STATUS_INVALID_ARGUMENT, "cut off");
    fails(read(std::vector<char>(whole.begin(), whole.end() - 1)), M2F_STATUS_INVALID_ARGUMENT, "values");
    std::vector<char> nan = whole;
    nan[nan.size() - 1] = 0x7e;
    fails(read(nan), M2F_STATUS_INVALID_ARGUMENT, "not finite");
    std::vector<char> deep = whole;
    std::fill(deep.begin() + 13, deep.begin() + 13 + 2000, '[');
    fails(read(deep), M2F_STATUS_INVALID_ARGUMENT, "header");
    std::uint32_t state = 9;
    const auto next = [&] { return state = state * 1664525u + 1013904223u, state >> 8; };
    const std::size_t header = 12 + (static_cast<unsigned char>(whole[8]) | std::size_t{static_cast<unsigned char>(whole[9])} << 8);
    int fine = 0, tried = 4000;
    for (int k = 0; k < tried; k++) {
        std::vector<char> changed = whole;
        for (std::uint32_t n = next() % 4 + 1; n > 0; n--) changed[next() % header] = "0123456789[]{}\",:\\u\0\x7f\xff"[next() % 23];
        const auto track = read(changed);
        if (track.ok()) {
            core::Face face(track.value()->weight_names().size());
            must(track.value()->sample(1e300, face), "a face");
            fine++;
        }
    }
    EXPECT(fine > 0 && fine < tried);
    std::printf("   %d damaged headers: %d read all the same, the others refused with a text\n", tried, fine);
}

void curves(const Rig& rig) {
    const std::vector<char> bytes = read_file(rig.reference_path + "/hello.curves");
    const auto track = must(core::BakedTrack::read(bytes.data(), bytes.size()), "baked curves");
    const Table csv = read_table(rig.reference_path + "/hello.csv", 2);
    const auto& baked = static_cast<const core::BakedTrack&>(*track);
    const double fps = 1 / baked.frame_s();
    EXPECT(baked.frame_count() == csv.rows.size() && track->weight_names().size() == 52);
    compare_with_csv(*track, csv, fps);
    // Between two frames it is between them, outside it is the first and the last; a face of another size is refused.
    core::Face face(52), before(52), after(52);
    must(track->sample(10 / fps, before), "a face");
    must(track->sample(11 / fps, after), "a face");
    must(track->sample(10.25 / fps, face), "a face");
    for (std::size_t i = 0; i < 52; i++) EXPECT(std::fabs(face.weights[i] - (before.weights[i] * 0.75f + after.weights[i] * 0.25f)) < 1e-5f);
    must(track->sample(-5, face), "a face");
    must(track->sample(0, before), "a face");
    EXPECT(face.weights == before.weights && face.head == before.head);
    fails(track->sample(std::nan(""), face), M2F_STATUS_INVALID_ARGUMENT, "not a number");
    core::Face narrow(3);
    fails(track->sample(0, narrow), M2F_STATUS_INVALID_ARGUMENT, "weights");
    for (std::uint32_t bits = 0; bits < 65536; bits++) {
        const float value = core::half_to_float(static_cast<std::uint16_t>(bits));
        const int exponent = static_cast<int>(bits >> 10 & 31);
        if (exponent == 31) continue;
        const double expected = std::ldexp((exponent ? 1024.0 : 0) + (bits & 1023), (exponent ? exponent : 1) - 25) * (bits & 0x8000 ? -1 : 1);
        EXPECT(double(value) == expected);
    }
    thin(*track, fps);
    hostile(bytes);

    // It is played without a model.
    core::Performer performer(*core::find_rig("arkit"));
    performer.play(must(core::BakedTrack::read(bytes.data(), bytes.size()), "baked curves"));
    double now_s = 5, opened = 0;
    for (int frame = 0; performer.course() == core::Course::clip; frame++) {
        EXPECT(frame < 60 * 60);
        must(performer.advance(now_s += 1.0 / 60), "a frame");
        opened = std::max(opened, double(value(performer, "JawOpen")));
    }
    EXPECT(opened > 0.05 && std::fabs(now_s - 5 - track->duration_s()) < 0.05);
}
