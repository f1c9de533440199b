"""Command line: `python -m datagen --landing DIR --scale 0.02 --seed 7`."""

import argparse
from pathlib import Path

from datagen.company import write_company
from datagen.systems import ALL_SYSTEMS


def main() -> None:
    """Read the arguments, write the extracts and print where the answer sheet is."""
    parser = argparse.ArgumentParser(prog="python -m datagen", description=__doc__)
    parser.add_argument("--landing", type=Path, required=True, help="folder for the extracts")
    parser.add_argument(
        "--scale", type=float, default=0.02, help="1.0 is 100,000 leads (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
    parser.add_argument(
        "--systems", nargs="+", choices=ALL_SYSTEMS, default=ALL_SYSTEMS, help="default: all"
    )
    arguments = parser.parse_args()
    print(
        write_company(
            arguments.landing, scale=arguments.scale, seed=arguments.seed, systems=arguments.systems
        )
    )


if __name__ == "__main__":
    main()
