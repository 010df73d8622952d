"""From results to what a reader sees: a table, a plot, and the block in the README.

A result is plain JSON and holds every round, so that any figure can be worked out again. The table,
the plot and the README are made from it alone, and can be made anew without measuring.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from .measure import Spread, times_faster

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"


@dataclass(frozen=True)
class CaseResult:
    """The rounds of one case: seconds per operation, by side. The rival is the first side."""

    name: str
    target: float
    rounds: list[dict[str, float]]

    @property
    def rival(self) -> str:
        """The side that the others are compared with."""
        return next(iter(self.rounds[0]))

    @property
    def sides(self) -> list[str]:
        """The sides that are compared with the rival; the target is meant for each."""
        return list(self.rounds[0])[1:]

    def microseconds(self, side: str) -> float:
        """The median time of one operation on `side`."""
        return Spread.of([taken[side] * 1e6 for taken in self.rounds]).middle

    def ratio(self, side: str) -> Spread:
        """How many times faster than the rival `side` is."""
        return times_faster(self.rounds, self.rival, side)

    def verdict(self) -> str:
        """Say whether each side reached the target: yes, no, or which of them did."""
        reached = [side for side in self.sides if self.ratio(side).middle >= self.target]
        if len(reached) == len(self.sides):
            return "yes"
        return f"only {', '.join(reached)}" if reached else "no"


@dataclass(frozen=True)
class Result:
    """All that one benchmark measured."""

    benchmark: str
    title: str
    machine: dict[str, Any]
    cases: list[CaseResult]
    notes: list[str] = field(default_factory=list)

    def write(self, folder: Path, *, plotted: bool = True) -> None:
        """Write the result, its table and, unless told otherwise, its plot into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1)
        (folder / f"{self.benchmark}.json").write_text(text + "\n", encoding="utf-8")
        (folder / f"{self.benchmark}.md").write_text(table(self) + "\n", encoding="utf-8")
        if plotted:
            plot(self, folder)

    @classmethod
    def read(cls, folder: Path, benchmark: str) -> Self:
        """Read what `write` wrote."""
        values = json.loads((folder / f"{benchmark}.json").read_text(encoding="utf-8"))
        values["cases"] = [CaseResult(**case) for case in values["cases"]]
        return cls(**values)


def table(result: Result) -> str:
    """Return the Markdown table, with the facts and the notes below it."""
    first = result.cases[0]
    head = ["Case", f"{first.rival}, µs"]
    for side in first.sides:
        head += [f"{side}, µs", "times faster (quartiles)"]
    head += ["Target", "Met"]
    lines = [row(head), row(["---"] + ["---:"] * (len(head) - 2) + ["---"])]
    lines += [row(cells(case)) for case in result.cases]
    lines += ["", *(f"{note}  " for note in result.notes)]
    return "\n".join([*lines, f"Measured with {', '.join(facts(result.machine))}."])


def facts(machine: Mapping[str, Any]) -> list[str]:
    """Return a few words for each fact of the machine, such as `cores 2`."""
    return [f"{name} {value}" for name, value in machine.items()]


def cells(case: CaseResult) -> list[str]:
    """Return the cells of one case's row."""
    found = [case.name, f"{case.microseconds(case.rival):.1f}"]
    for side in case.sides:
        ratio = case.ratio(side)
        spread = f"**{ratio.middle:.1f}×** ({ratio.low:.1f}-{ratio.high:.1f})"
        found += [f"{case.microseconds(side):.1f}", spread]
    return [*found, f"{case.target:g}×", case.verdict()]


def row(values: Sequence[str]) -> str:
    """Return one row of a Markdown table."""
    return "| " + " | ".join(values) + " |"


#: Legible on white and on near-black alike: the plot's ground is transparent.
INK, TARGET = "#7d8590", "#d1820f"
BARS = ("#2f81c7", "#1f9a6d", "#8a63d2")


def plot(result: Result, folder: Path) -> None:
    """Draw the ratios as bars, from zero and to scale, with the targets marked, as SVG and PNG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {f"{what}.color": INK for what in ("text", "xtick", "ytick")}
    # A salt of its own and no date: the same result draws the same file.
    with mpl.rc_context(style | {"svg.hashsalt": result.benchmark, "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 0.55 * len(result.cases) + 1.4), layout="constrained")
        draw(figure.subplots(), result)
        for kind in ("svg", "png"):
            path = folder / f"{result.benchmark}.{kind}"
            date = {"Date": None} if kind == "svg" else None
            figure.savefig(path, transparent=True, dpi=160, metadata=date)


def draw(axes: Any, result: Result) -> None:
    """Draw the bars of `result` on matplotlib's `axes`."""
    cases, sides = result.cases, result.cases[0].sides
    thick = 0.8 / len(sides)
    for number, side in enumerate(sides):
        ratios = [case.ratio(side) for case in cases]
        places = [at - 0.4 + thick * (number + 0.5) for at in range(len(cases))]
        errors = [[r.middle - r.low for r in ratios], [r.high - r.middle for r in ratios]]
        widths = [r.middle for r in ratios]
        whiskers = {"ecolor": INK, "elinewidth": 1}
        colour = BARS[number]
        axes.barh(places, widths, thick * 0.92, xerr=errors, color=colour, label=side, error_kw=whiskers)
        for place, width in zip(places, widths, strict=True):
            # At the foot of the bar, where neither the target nor a whisker crosses it.
            axes.annotate(
                f"{width:.1f}×", (0, place), (5, -0.5), textcoords="offset points",
                va="center", color="white", fontweight="bold", fontsize=9,
            )  # fmt: skip
    for at, case in enumerate(cases):
        label = "target" if at == 0 else None
        axes.vlines(case.target, at - 0.45, at + 0.45, color=TARGET, linewidth=2.5, label=label)
    axes.set_yticks(range(len(cases)), [case.name.replace("`", "") for case in cases])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(f"times faster than {cases[0].rival}", color=INK)
    axes.set_title(result.title, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.legend(frameon=False, labelcolor=INK, loc="lower right")


def replace_block(text: str, benchmark: str, block: str) -> str:
    """Return `text` with what stands between the benchmark's two markers replaced by `block`.

    Raises:
        ValueError: `text` has no such pair of markers.
    """
    begin, end = f"<!-- bench:{benchmark} -->", f"<!-- /bench:{benchmark} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)
    replaced, count = pattern.subn(lambda _: f"\n{block}\n", text)
    if count != 1:
        raise ValueError(f"expected one block from {begin} to {end} but found {count}: add both")
    return replaced


def readme_block(result: Result) -> str:
    """Return what the README shows of `result`."""
    picture = f"benchmarks/results/{result.benchmark}.svg"
    return f"![{result.title}]({picture})\n\n{table(result)}"
