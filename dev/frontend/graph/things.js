// What can be chosen in a drawing: a closed block as a whole, an open one by its shelf, and every layer that stands by itself.

/** Returns, for each of some names, the names its edges lead to: a fork, where paths part, only passes on. */
function joined(edges, names) {
  const out = new Map();
  for (const [tail, head] of edges) out.set(tail, [...(out.get(tail) ?? []), head]);
  const reached = (name) => (out.get(name) ?? []).flatMap((head) => (names.has(head) ? [head] : reached(head)));
  return new Map([...names].map((name) => [name, [...new Set(reached(name))]]));
}

/** Returns the edges the other way about. */
function reversed(edges) {
  const back = new Map([...edges.keys()].map((name) => [name, []]));
  for (const [tail, heads] of edges) for (const head of heads) back.get(head).push(tail);
  return back;
}

/** Returns things in the order in which the signal passes: closed blocks, the layers of open ones, the layers outside. */
function orderOf(rows, layers, nodes) {
  const within = (part) => layers.filter((id) => nodes.get(id)?.closest(`g.open[data-block="${part.block}"]`));
  const thingsOf = (part) => (!part.block ? [part.entry] : part.title ? within(part) : [part.block]);
  return rows.flatMap((row) => row.parts.flatMap(thingsOf));
}

/** Returns what is drawn of each block by its name, the closed block or the open one's shelf first. */
function blocksIn(svg) {
  const found = new Map();
  for (const made of svg.querySelectorAll("[data-block], [data-ghost], [data-shelf]")) {
    const { block, blocks, ghost, shelf } = made.dataset;
    for (const name of blocks?.split(" ") ?? [block ?? ghost ?? shelf]) {
      const all = found.get(name) ?? [];
      if (block) all.unshift(made);
      else all.push(made);
      found.set(name, all);
    }
  }
  return found;
}

/** Returns the box about boxes, undefined for none. */
function boundsOf(places) {
  if (places.length < 2) return places[0];
  const [x, y] = [Math.min(...places.map((place) => place.x)), Math.min(...places.map((place) => place.y))];
  const right = Math.max(...places.map((place) => place.x + place.width));
  const bottom = Math.max(...places.map((place) => place.y + place.height));
  return { x, y, width: right - x, height: bottom - y };
}

export class Things {
  /** Knows the things of a drawing, as `compose` returns it, of these rows and layers. */
  constructor({ svg, groups, edges }, rows, layers) {
    this.groups = groups;
    const openBlocks = (row) => row.parts.filter((part) => part.title).map((part) => part.block);
    this.opened = new Map(rows.map((row) => [row.name, openBlocks(row)]));
    this.nodes = new Map([...svg.querySelectorAll("g.node[id]")].map((node) => [node.id, node]));
    this.blocks = blocksIn(svg);
    this.order = orderOf(rows, layers, this.nodes);
    const inside = [...this.nodes.keys()].filter((id) => this.nodes.get(id).closest("g.open"));
    this.forward = joined(edges, new Set(inside)); // of the layers of open blocks
    this.backward = reversed(this.forward);
  }

  /** The thing that a drawn node or a block's name stands for; null if there is none. */
  of(name) {
    if (this.blocks.has(name)) return name;
    const node = this.nodes.get(name);
    return node ? (node.closest("g.block:not(.open)")?.dataset.block ?? name) : null;
  }

  /** The thing that an element belongs to; null if there is none. */
  at(element) {
    const block = element.closest?.("g.block:not(.open), g.ghost");
    if (block) return block.dataset.block ?? block.dataset.ghost;
    const node = element.closest?.("g.node[id]");
    return node ? node.id : (element.closest?.("[data-shelf]")?.dataset.shelf ?? null);
  }

  /** Whether a thing is a block. */
  isBlock(name) {
    return this.blocks.has(name);
  }

  /** Whether a thing is a block that stands open. */
  isOpen(name) {
    return this.blocks.get(name)?.[0].classList.contains("open") ?? false;
  }

  /** What is drawn of a thing; the first of it takes the keyboard. */
  elements(name) {
    return this.blocks.get(name) ?? (this.nodes.has(name) ? [this.nodes.get(name)] : []);
  }

  /** Where a stage or a block stands, a stage with its open blocks; undefined if it is not drawn. */
  group(name) {
    return boundsOf([name, ...(this.opened.get(name) ?? [])].flatMap((own) => this.groups.get(own) ?? []));
  }

  /** Where a group stands together with what else of its stage is open; undefined if it is not drawn. */
  together(name) {
    const open = [...this.opened.values()].find((own) => own.includes(name));
    return open ? boundsOf(open.flatMap((own) => this.groups.get(own) ?? [])) : this.group(name);
  }

  /** Where a thing stands in the drawing, with `around` times its size about it. */
  place(name, around = 0) {
    if (this.blocks.has(name)) return this.groups.get(name);
    const node = this.nodes.get(name);
    const box = node.getBBox();
    const { a, d, e, f } = node.parentNode.closest("g.parts").getCTM().inverse().multiply(node.getCTM());
    const [x, y, width, height] = [box.x * a + e, box.y * d + f, box.width * a, box.height * d];
    const [dx, dy] = [width * around * 0.5, height * around * 0.25]; // what stands beside it more than above and below
    return { x: x - dx, y: y - dy, width: width + 2 * dx, height: height + 2 * dy };
  }
}
