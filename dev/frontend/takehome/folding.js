// Which stages and blocks of the picture are open, and which of its three drawings each part is taken from.

/** The stage of a block, or the stage itself: names are a digit and, for blocks, letters. */
const stageOf = (name) => name.replace(/[a-z]+$/, "");

export class Folding {
  /** `picture` has three drawings (all folded, stages open, all open), what is opened and what is selected; `groups` the stage
   *  and the block of each layer. */
  constructor(picture, groups) {
    [this.folded, this.stages, this.whole] = picture.drawings;
    this.groups = groups;
    this.opened = new Set(picture.opened);
    this.selected = picture.selected;
  }

  /** Every row as it is folded just now: an open stage shows its blocks, each folded or open. */
  get rows() {
    return this.folded.rows.map((row, index) => (this.opened.has(row.name) ? this.openRow(index) : row));
  }

  /** The row of an open stage. */
  openRow(index) {
    const [stage, open] = [this.stages.rows[index], this.whole.rows[index].parts];
    const openPart = (name) => this.opened.has(name) && open.find((part) => part.name === name);
    return { ...stage, parts: stage.parts.map((part) => openPart(part.name) || part) };
  }

  /** What a glance at each box says. */
  get cards() {
    return { ...this.folded.cards, ...this.stages.cards, ...this.whole.cards };
  }

  /** Whether a name is a block's. */
  isBlock(name) {
    return this.whole.rows.some((row) => row.parts.some((part) => part.block === name));
  }

  /** The stage and the block of a layer or a block; "" for no block. */
  placeOf(name) {
    return this.isBlock(name) ? [stageOf(name), name] : this.groups[name];
  }

  /** What stands for it in the picture: the layer itself, or the block that is closed around it. */
  drawn(name) {
    const [, block] = this.placeOf(name);
    return block && !this.opened.has(block) ? block : name;
  }

  /** Opens a group, a block with its stage; or folds it, a stage with its blocks. */
  toggle(group) {
    const stage = stageOf(group);
    if (!this.opened.has(group)) {
      this.opened.add(stage).add(group);
      return;
    }
    for (const name of [...this.opened]) {
      if (name === group || (group === stage && stageOf(name) === stage)) this.opened.delete(name);
    }
  }

  /** Selects a layer or a block, and opens what is closed around a layer; returns whether there is such a thing. */
  choose(name) {
    if (!this.groups[name] && !this.isBlock(name)) return false;
    this.selected = name;
    if (!this.isBlock(name)) for (const group of this.groups[name]) if (group) this.opened.add(group);
    return true;
  }

  /** Selects what a drawn box stands for, and opens or closes what is around it; returns whether there is such a thing. */
  pick(kind, id) {
    const chosen = this.isBlock(id) ? id : this.membersOf(id).at(-1);
    if (!chosen) return false;
    this.selected = chosen;
    const [stage, block] = this.placeOf(chosen);
    const open = kind === "open" && !this.opened.has(block) && block;
    const close = kind === "close" && [block, stage].find((name) => this.opened.has(name));
    if (open || close) this.toggle(open || close);
    return true;
  }

  /** The layers that a drawn box stands for. */
  membersOf(name) {
    return this.whole.members[name] ?? this.stages.members[name] ?? this.folded.members[name] ?? [];
  }
}
