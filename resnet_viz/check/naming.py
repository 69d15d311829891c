"""From the differences of two graphs to mistakes with names; what follows from one mistake is not another."""

from typing import Any

from resnet_viz.check.comparing import Comparison, Difference
from resnet_viz.check.drafts import Draft, draft_of, grouped, in_order
from resnet_viz.check.ours import Trial
from resnet_viz.check.recorder import Step
from resnet_viz.check.short import shortened


def name_block(found: Comparison, trial: Trial, *, is_second: bool = False) -> list[Draft]:
    """Return the mistakes of a block.

    Args:
        found: How it differs from ours.
        trial: How it was tried.
        is_second: Whether other numbers were right before: what differs now is a fixed number in place of a parameter.
    """
    drafts = in_order(grouped(_Namer(found, trial, is_second=is_second).drafts()))
    short = shortened(found, trial)
    if short is None:
        return drafts
    first, rest = short
    others = in_order(grouped(_Namer(rest, trial, is_second=is_second).drafts()))
    return [first, *others] if len(others) + 1 < len(drafts) else drafts


class _Namer:
    def __init__(self, found: Comparison, trial: Trial, *, is_second: bool) -> None:
        self.found = found
        self.trial = trial
        self.is_second = is_second
        self.by_id = {step.id: step for step in found.theirs}
        self.place_of = {other.id: self._ours(name).place for name, other in found.pairs.items()}
        self.left = list(found.differences)

    def _ours(self, name: str) -> Step:
        return next(step for step in self.found.ours if step.id == name)

    def take(self, form: str, kind: str = "", *, side: bool | None = None) -> list[Difference]:
        """Take differences out of those that are left."""
        taken = []
        for each in list(self.left):
            step = each.ours if form in ("missing", "unread") else each.theirs
            fits = each.form == form and (not kind or (step is not None and step.kind == kind))
            if fits and (side is None or each.side == side):
                taken.append(each)
                self.left.remove(each)
        return taken

    def drafts(self) -> list[Draft]:
        """Return mistakes, from those that explain most to single layers."""
        return [
            *self._skipped(),
            *self._before(),
            *self._sums(),
            *self._shortcut(),
            *self._strides(),
            *self._moved(),
            *self._kernels(),
            *(draft for each in list(self.left) for draft in self._single(each)),
        ]

    def _sums(self) -> list[Draft]:
        """A sum that is missing takes the shortcut's layers with it; one too many adds something again."""
        drafts = [draft_of("shortcut-twice", each) for each in self.take("inputs")]
        lacking = [*self.take("missing", "add"), *self.take("unread", "add")]
        for each in lacking:
            self.take("missing", side=True)
            self.take("unread", side=True)
            merged = next((extra for extra in self.left if extra.form == "extra" and _merges(extra.theirs)), None)
            if merged:
                self.left.remove(merged)
                drafts.append(draft_of("other", merged, "no-sum", instead=merged.theirs))
                drafts[-1].ours = [each.ours.id] if each.ours else []
            else:
                drafts.append(draft_of("other", each, "no-sum"))
        ends = {self.found.theirs[0].id, self.found.fork, *self.found.side[-1:]}
        for each in self.take("extra", "add"):
            again = bool(each.theirs and ends & set(each.theirs.inputs))
            if again:  # a ReLU after each of two sums is no second mistake
                self.left = [
                    other
                    for other in self.left
                    if not (other.form == "extra" and _is_relu(other.theirs) and self._follows(other, each))
                ]
            more = {} if again else {"layers": [each.theirs]}
            drafts.append(draft_of("shortcut-twice" if again else "other", each, "" if again else "extra", **more))
        return drafts

    def _follows(self, each: Difference, extra: Difference) -> bool:
        return each.beside is extra.theirs or self._after(each) in ("add", "out")

    def _skipped(self) -> list[Draft]:
        """Layers that were made and are not read: with a convolution among them, part of the block is skipped."""
        unread = [each for each in self.left if each.form == "unread" and not each.side]
        if not any(each.ours and each.ours.kind == "conv" for each in unread):
            return []
        self.left = [each for each in self.left if each not in unread]
        if any(each.ours and each.ours.kind == "add" for each in unread):
            self.left = [each for each in self.left if not each.side]
        convolutions = [step for step in self.found.theirs if step.kind == "conv" and step.id in self.found.live]
        sums = next((step for step in self.found.theirs if step.kind == "add" and step.id in self.found.live), None)
        if sums and len(convolutions) <= self.trial.projects:
            self.left = []
            draft = Draft("block-skipped", "sum", sums.line, ["add"], values={"step": sums})
            draft.ours = [each.ours.id for each in unread if each.ours]
            draft.theirs = [sums.id]
            return [draft]
        made = [each.theirs for each in unread if each.theirs]
        gone = {step.id for step in made}
        reader = next(
            (
                step
                for step in self.found.theirs
                if step.id in self.found.live
                and step.inputs
                and (step.line or 0) >= (made[-1].line or 0)
                and step.id not in gone
            ),
            None,
        )
        self.left = [each for each in self.left if not (each.form == "extra" and each.theirs is reader)]
        places = list(dict.fromkeys(each.ours.place for each in unread if each.ours))
        draft = Draft("block-skipped", "inside", reader.line if reader else made[-1].line, places)
        draft.ours = [each.ours.id for each in unread if each.ours]
        draft.theirs = [*([reader.id] if reader else []), *(step.id for step in made)]
        draft.values = {"step": reader or made[-1], "made": made, "reads": self._reads(reader)}
        return [draft]

    def _before(self) -> list[Draft]:
        """BatchNorm and ReLU before each convolution, as in the second paper: one difference, not four."""
        live = [step.kind for step in self.found.theirs[1:] if step.id in self.found.live]
        moved = [
            each
            for each in self.left
            if not each.side
            and (
                (each.form == "extra" and each.beside is self.found.theirs[0]) or _ends(each) or self._after_first(each)
            )
        ]
        if live[:3] != ["batch_norm", "relu", "conv"] or len(moved) < 4:
            return []
        self.left = [each for each in self.left if each not in moved]
        first = next(each for each in moved if each.form == "extra")
        draft = draft_of("other", first, "before")
        draft.theirs = [each.theirs.id for each in moved if each.theirs]
        draft.ours = [each.ours.id for each in moved if each.ours]
        return [draft]

    def _after_first(self, each: Difference) -> bool:
        """Whether a layer of theirs is the second one."""
        return each.form == "extra" and each.theirs is self.found.theirs[2] if len(self.found.theirs) > 2 else False

    def _reads(self, reader: Step | None) -> str:
        if reader is None or not reader.inputs:
            return ""
        return self.place_of.get(reader.inputs[0], "x" if reader.inputs[0] == self.found.theirs[0].id else "")

    def _shortcut(self) -> list[Draft]:
        """A shortcut without its convolution is one mistake, whatever else is missing from it."""
        drafts = []
        for each in self.take("fork"):
            places = [self.place_of.get(each.theirs.id, "")] if each.theirs else []
            draft = draft_of("shortcut-late", each)
            draft.places = [place for place in places if place]
            sums = next((step for step in self.found.theirs if step.kind == "add"), None)
            first = self.by_id.get(self.found.side[0]) if self.found.side else sums
            draft.line = first.line if first else draft.line
            draft.theirs = [first.id] if first else draft.theirs
            unread = [other for other in self.left if other.side and other.form == "unread"]
            if sums and len(set(sums.inputs)) == 1 and not self.found.side and not self.trial.projects:
                draft.form = "itself"
            if unread:
                draft.form = "unread"
                self.left = [other for other in self.left if other not in unread]
            drafts.append(draft)
        lost = [*self.take("missing", "conv", side=True), *self.take("unread", "conv", side=True)]
        if lost:
            norms = [*self.take("missing", "batch_norm", side=True), *self.take("unread", "batch_norm", side=True)]
            end = self.by_id.get(self.found.side[-1]) if self.found.side else None
            draft = draft_of("shortcut-conv-missing", lost[0], lost[0].form, also=bool(norms), end=end)
            sums = next((step for step in self.found.theirs if step.kind == "add"), None)
            if lost[0].form == "missing" and sums:
                draft.line = sums.line
            draft.ours += [each.ours.id for each in norms if each.ours]
            drafts.append(draft)
        for form in ("missing", "unread"):
            drafts += [
                draft_of("shortcut-batchnorm-missing", each, form, parameters=_parameters(each.ours))
                for each in self.take(form, "batch_norm", side=True)
            ]
        return drafts

    def _strides(self) -> list[Draft]:
        changed = {
            each.ours.place: each
            for each in self.left
            if each.setting == "strides" and each.ours and each.ours.kind == "conv"
        }
        self.left = [each for each in self.left if each not in changed.values()]
        drafts: list[Draft] = []
        wanted = self.trial.strides
        first, middle, last = (changed.pop(place, None) for place in ("2a", "2b", "2c"))
        if middle and wanted > 1 and first and _setting(middle, "strides") == wanted:
            draft = draft_of("stride-on-middle", middle)
            draft.ours = [each.ours.id for each in (first, middle) if each.ours]
            draft.theirs = [each.theirs.id for each in (first, middle) if each.theirs]
            drafts.append(draft)
            first = middle = None
        if last and wanted > 1 and first and _setting(last, "strides") == wanted:
            drafts.append(draft_of("other", last, "stride-on-last"))
            first = last = None
        if middle:
            on_middle = wanted > 1 and _setting(middle, "strides") == wanted
            drafts.append(
                draft_of("stride-on-middle" if on_middle else "other", middle, "twice" if on_middle else "stride")
            )
        for each in filter(None, (first, last, *changed.values())):
            missing = wanted > 1 and _setting(each, "strides") == 1
            form = "literal" if self.is_second else "" if missing else "stride"
            drafts.append(draft_of("stride-missing" if missing or self.is_second else "other", each, form))
        return drafts

    def _moved(self) -> list[Draft]:
        """A layer that is missing in one place and extra in another was moved; the last ReLU is told as two."""
        drafts = []
        for lost in [each for each in self.left if each.form == "missing" and not each.side]:
            kind = lost.ours.kind if lost.ours else ""
            found = [each for each in self.left if each.form == "extra" and each.theirs and each.theirs.kind == kind]
            if not found or (lost.ours and lost.ours.place == "out"):
                continue
            extra = next((each for each in found if lost.ours and self._after(each) == lost.ours.place), found[0])
            self.left = [each for each in self.left if each not in (lost, extra)]
            draft = draft_of("other", extra, "moved", apart=kind)
            draft.places = [lost.ours.place] if lost.ours else []
            draft.ours = [lost.ours.id] if lost.ours else []
            drafts.append(draft)
        return drafts

    def _kernels(self) -> list[Draft]:
        """Two kernels or more of F(x) with other sizes are one thing to say: f×f stands in the middle, and there alone."""
        main = [step for step in self.found.ours if step.kind == "conv" and step.place != "1"]
        pairs = [(mine, self.found.pairs[mine.id]) for mine in main if mine.id in self.found.pairs]
        changed = [each for each in self.left if each.setting == "kernel_size" and each.ours in main]
        if len(changed) < 2 or len(pairs) < len(main):
            return []
        gone = [each.ours for each in changed]
        self.left = [
            each for each in self.left if each.setting not in ("kernel_size", "padding") or each.ours not in gone
        ]
        draft = draft_of("kernel-size", changed[0], "several", pairs=pairs)
        draft.places = [each.ours.place for each in changed if each.ours]
        draft.ours = [each.ours.id for each in changed if each.ours]
        draft.theirs = [each.theirs.id for each in changed if each.theirs]
        return [draft]

    def _after(self, each: Difference) -> str:
        """Return the place that an extra layer follows."""
        return self.place_of.get(each.beside.id, "") if each.beside else ""

    def _last_known(self, each: Difference) -> str:
        """Return the place of the last layer before an extra one that the course has too."""
        step = each.beside
        while step and step.id not in self.place_of and step.inputs:
            step = self.by_id.get(step.inputs[0])
        return self.place_of.get(step.id, "") if step else ""

    def _single(self, each: Difference) -> list[Draft]:
        match each.form:
            case "missing" | "unread":
                return self._missing(each)
            case "extra":
                return self._extra(each)
            case "changed":
                return self._changed(each)
        return []

    def _missing(self, each: Difference) -> list[Draft]:
        ours = each.ours
        if ours is None:
            return []
        if ours.kind == "relu" and ours.place == "out":
            return [draft_of("final-relu-missing", each, each.form)]
        if ours.kind == "batch_norm":
            own = [
                other
                for other in self.left
                if other.form == "missing" and other.ours and other.ours.place == ours.place
            ]
            if any(other.ours and other.ours.kind == "conv" for other in own):
                return []  # told with its convolution
            return [draft_of("batchnorm-missing", each, each.form, parameters=_parameters(ours))]
        if ours.kind == "relu":
            own = [
                other
                for other in self.left
                if other.form == "missing" and other.ours and other.ours.place == ours.place
            ]
            if any(other.ours and other.ours.kind == "conv" for other in own):
                return []
        return [draft_of("other", each, each.form, apart=ours.kind)]

    def _extra(self, each: Difference) -> list[Draft]:
        theirs = each.theirs
        if theirs is None:
            return []
        if theirs.kind == "relu" and not each.side and self._after(each) == "2c":
            return [draft_of("relu-on-2c", each)]
        place = self._after(each) or self._last_known(each)
        draft = draft_of("other", each, "extra", apart=f"{place} {each.side}", layers=[theirs], side=each.side)
        draft.places = [place] if place else []
        return [draft]

    def _changed(self, each: Difference) -> list[Draft]:
        ours, theirs, name = each.ours, each.theirs, each.setting
        if ours is None or theirs is None:
            return []
        others = {other.setting for other in self.left if other.ours is ours and other.form == "changed"}
        if name == "padding":
            if "kernel_size" in others:
                return []
            is_usual = ours.settings["padding"] == "same"
            return [draft_of("padding" if is_usual else "other", each, "" if is_usual else "setting")]
        if name == "kernel_size":
            return [draft_of("kernel-size", each, apart=ours.place)]
        if name == "filters":
            known = theirs.settings["filters"] in self.trial.filters and not self.is_second
            return [
                draft_of(
                    "filters-order" if known else "other",
                    each,
                    "" if known else "setting",
                    apart="" if known else ours.place,
                )
            ]
        if name == "axis":
            return [draft_of("batchnorm-axis", each, apart=str(theirs.settings["axis"]))]
        if name == "training":
            is_on = bool(theirs.settings["training"])
            return [draft_of("batchnorm-training" if is_on else "other", each, "" if is_on else "inference")]
        n = theirs.settings.get("filters", 0) if name == "use_bias" else 0
        return [
            draft_of("other", each, "kind" if name == "kind" else "setting", setting=name, apart=name, parameters=n)
        ]


def _is_relu(step: Step | None) -> bool:
    return step is not None and step.kind == "relu"


def _ends(each: Difference) -> bool:
    """Whether it is about the end of a block: 2c's BatchNorm, the last ReLU."""
    is_norm = bool(each.ours) and each.ours is not None and (each.ours.kind, each.ours.place) == ("batch_norm", "2c")
    return each.form == "missing" and (is_norm or (each.ours is not None and each.ours.place == "out"))


def _merges(step: Step | None) -> bool:
    return step is not None and step.kind in ("concatenate", "multiply", "subtract", "average", "maximum")


def _setting(each: Difference, name: str) -> Any:
    return each.theirs.settings[name] if each.theirs else None


def _parameters(step: Step | None) -> int:
    return 4 * step.shape[-1] if step and step.shape else 0


def sizes_disagree(found: Comparison) -> Difference | None:
    """Return the sum of theirs whose inputs have different sizes, if there is one."""
    by_id = {step.id: step for step in found.theirs}
    for step in found.theirs:
        shapes: list[Any] = [by_id[name].shape for name in step.inputs if name in by_id]
        if step.kind == "add" and None not in shapes and len(set(shapes)) > 1:
            return Difference("sizes", None, step)
    return None
