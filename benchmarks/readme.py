"""`python -m benchmarks.readme` puts the measured tables into the README, between their markers."""

from .report import README, RESULTS, Result, readme_block, replace_block


def main() -> None:
    """Replace the block of every benchmark that has a result."""
    text = README.read_text(encoding="utf-8")
    for path in sorted(RESULTS.glob("*.json")):
        result = Result.read(RESULTS, path.stem)
        text = replace_block(text, result.benchmark, readme_block(result))
        print(f"README.md: the figures of {result.benchmark}, from {result.machine['date']}")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
