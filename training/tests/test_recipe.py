"""The recipe's order and its resumption, with commands that only touch files."""

import tempfile
import time
import unittest
from pathlib import Path

from media2face_training import recipe


class Order(unittest.TestCase):
    def test_every_stage_s_needs_come_before_it(self):
        seen = set()
        for stage in recipe.STAGES:
            self.assertLessEqual(set(stage.needs), seen, stage.name)
            seen.add(stage.name)

    def test_modules_exist(self):
        package = Path(recipe.__file__).parent
        for stage in recipe.STAGES:
            path = package / stage.module.replace(".", "/")
            self.assertTrue(path.with_suffix(".py").exists() or (path / "__main__.py").exists(), stage.module)

    def test_the_whole_takes_at_most_six_hours_of_two_cores(self):
        self.assertLessEqual(sum(stage.minutes for stage in recipe.STAGES), 2 * 6 * 60)

    def test_performer_s_clips_are_asked_for_by_name_alone(self):
        for train, names in (("", set()), ("DIR", recipe.PERFORMED)):
            stages, more = recipe.stages_of(train)
            self.assertEqual({stage.name for stage in stages} & recipe.PERFORMED, names)
            self.assertLessEqual({need for stage in stages for need in stage.needs}, {stage.name for stage in stages})
            words = {stage.name: stage.command(dict(data="D", work="W", pack="P", **more)) for stage in stages}
            self.assertEqual("--performer W/performed" in " ".join(words["few"]), bool(train))
            self.assertFalse([word for command in words.values() for word in command if "{" in word])

    def test_a_share_of_it_makes_every_size_smaller_and_nothing_else(self):
        stage = recipe.Stage("some", "recipe", "--hours 10 --seed 1 --steps 16000 --count 40 --minutes 52")
        small = stage.command({}, 0.01)[3:]
        self.assertEqual(small, "--hours 0.1 --seed 1 --steps 160 --count 1 --minutes 0.52".split())
        self.assertEqual(stage.command({})[3:], stage.arguments.split())


class Resumption(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.places = dict(data="", work=self.folder.name, pack="")
        self.said = []

    def tearDown(self):
        self.folder.cleanup()

    def go(self, stages, seconds=60.0):
        return recipe.run(stages, self.places, 2, time.monotonic() + seconds, self.said.append)

    def test_a_failed_stage_is_named_and_what_was_finished_stays(self):
        stages = (recipe.Stage("fine", "recipe", "--list --work {work}"),
                  recipe.Stage("wrong", "recipe", "--no-such-option", ("fine",)))
        with self.assertRaisesRegex(recipe.Failed, "wrong"):
            self.go(stages)
        self.assertTrue(stages[0].proof(Path(self.folder.name)).exists())
        self.said.clear()
        with self.assertRaises(recipe.Failed):
            self.go(stages)
        self.assertFalse(any("fine: started" in line for line in self.said))

    def test_past_the_deadline_nothing_starts(self):
        self.assertFalse(self.go((recipe.Stage("late", "recipe", "--list"),), seconds=-1))
        self.assertIn("0 of 1", self.said[-1])


if __name__ == "__main__":
    unittest.main()
