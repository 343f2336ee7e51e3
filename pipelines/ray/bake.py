"""Bakes a table on a Ray cluster: a task for each shard runs `m2f bake --shard I/N`; the reports become one.

    python pipelines/ray/bake.py lines.csv --store /share/voices --shards 64 -- --portable --fps 60

The exit status is that of m2f: 0, or 3 where some lines failed and all others are there.
"""

import argparse
import json
import subprocess
import sys

import ray


class Ended(Exception):
    """A shard that did not come to its end; Ray tries it again, and it goes on where it was."""


@ray.remote(num_cpus=1, max_retries=3, retry_exceptions=[Ended])
def bake(command):
    """The status and the report of one shard."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise Ended(f"{' '.join(command)}: status {done.returncode}: {last[0]}")
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def commands(args, options):
    """One for each shard, on one core each."""
    for shard in range(1, args.shards + 1):
        where = ["--store", args.store, "--shard", f"{shard}/{args.shards}", "--jobs", "1", "--quiet"]
        yield [args.command, "bake", args.table, *where, *options]


def main():
    words = sys.argv[1:]
    own = words.index("--") if "--" in words else len(words)
    epilog = "What stands behind -- are options of m2f bake."
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=epilog)
    parser.add_argument("table", help="CSV or JSON lines, at the same path on all machines")
    parser.add_argument("--store", required=True, help="folder that all machines share")
    parser.add_argument("--shards", type=int, default=16, help="tasks; more than cores, so that none waits for long")
    parser.add_argument("--command", default="m2f", help="the command m2f on the machines")
    parser.add_argument("--address", help="the cluster; this machine without it")
    args = parser.parse_args(words[:own])
    ray.init(address=args.address, include_dashboard=False, log_to_driver=False)
    left = [bake.remote(command) for command in commands(args, words[own + 1:])]
    report, status = [], 0
    while left:
        done, left = ray.wait(left)
        code, lines = ray.get(done[0])
        status = max(status, code)
        report += lines
        print(f"{args.shards - len(left)} of {args.shards} shards", file=sys.stderr)
    for line in sorted(report, key=lambda line: line["line"]):
        print(json.dumps(line, ensure_ascii=False))
    return status


if __name__ == "__main__":
    sys.exit(main())
