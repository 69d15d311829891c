// Where to look at the picture: at all of it, or at a place that is found again in every drawing of it.

const AROUND = 5; // times its size about a layer that is shown by itself

// What outlives a visit to another page: where the camera stood over which picture, drawn for which frame.
const kept = { key: null, size: null, box: null, isFitted: true };

/** Returns the innermost group of the trail that is drawn, undefined for none. */
const innermost = (crumbs, names) =>
  crumbs
    .map((crumb) => crumb.group)
    .filter((name) => names.has(name))
    .at(-1);

export class Viewpoint {
  /** `redraw()` draws the picture anew if its frame has another size by now, and returns whether it has. */
  constructor({ camera, drawing, redraw }) {
    Object.assign(this, { camera, drawing, redraw });
    this.found = null; // () => place: what the camera was flown to
    this.goal = null; // a layer that is looked for in a part still folded
    this.toggled = null; // a group that was opened or folded here
  }

  /** The frame's size when this picture was left, for a first drawing of it; null if another one was. */
  sizeKept(key) {
    return kept.key === key && kept.box ? kept.size : null;
  }

  /** Remembers where the camera stands. */
  keep() {
    const { box, isFitted } = this.camera;
    Object.assign(kept, { key: this.drawing.key, size: this.drawing.size, box: box && { ...box }, isFitted });
  }

  /** Looks at a new picture: as before, at what was just opened, or at all of it. `before` holds the groups that were open
   *  in the picture it follows, null if it is the first. */
  look(data, before) {
    const goal = this.goal && this.drawing.things.of(this.goal);
    if (!before && this.sizeKept(this.drawing.key)) this.restore();
    else if (goal) this.lookAtGoal(goal);
    else if (before) this.lookAtOpened(data.crumbs, before);
    else this.survey(innermost(data.crumbs, new Set([...this.drawing.opened, ...data.rows.map((row) => row.name)])));
    this.goal = null;
    this.toggled = null;
    this.keep();
  }

  /** Stands where it stood. */
  restore() {
    this.camera.isFitted = kept.isFitted;
    this.camera.set({ ...kept.box });
  }

  /** Flies to what was looked for. */
  lookAtGoal(goal) {
    this.camera.box ??= { ...this.camera.bounds };
    this.flyTo(() => this.drawing.things.place(goal, AROUND));
  }

  /** All stays in sight if it can be read; else goes to what was opened, by a lesson with what is open beside it. What was
   *  folded from elsewhere, as by a lesson that goes on to another place, leaves nothing to stay at. */
  lookAtOpened(crumbs, before) {
    const { camera } = this;
    const { opened, things } = this.drawing;
    const fresh = new Set([...opened].filter((name) => !before.has(name)));
    const group = this.toggled ?? innermost(crumbs, fresh) ?? [...fresh].at(-1);
    const extent = this.toggled ? "group" : "together";
    const isFolded = [...before].some((name) => !opened.has(name));
    if (camera.isFitted && camera.isReadable) camera.fit(true);
    else if (things.group(group)) this.flyTo(() => this.drawing.things[extent](group));
    else if (camera.isFitted || (isFolded && camera.isReadable)) camera.fit(true);
    else if (isFolded && !this.toggled) this.survey(innermost(crumbs, this.drawing.things.groups));
  }

  /** Shows a place, in this drawing of the picture and in the next. */
  flyTo(find) {
    this.found = find;
    this.camera.flyTo(find());
  }

  /** Shows a layer by itself. */
  flyToLayer(name) {
    this.flyTo(() => this.drawing.things.place(name, AROUND));
  }

  /** Shows a thing as large as it may be. */
  flyToThing(name) {
    this.flyTo(() => this.drawing.things.place(name));
  }

  /** Shows a group if it is drawn; returns whether it is. */
  flyToGroup(name) {
    if (!this.drawing.things.group(name)) return false;
    this.flyTo(() => this.drawing.things.group(name));
    return true;
  }

  /** All of the picture if that can be read, else the group we are in, with what else is open there. */
  survey(group) {
    const { camera } = this;
    camera.fit();
    if (camera.isReadable || !this.drawing.things.together(group)) return;
    this.flyTo(() => (camera.isReadable ? null : this.drawing.things.together(group)));
  }

  /** Zooms by a factor about the middle. */
  zoom(factor) {
    this.camera.zoom(factor);
    this.keep();
  }

  /** Shows all of the picture. */
  fit(isFlown = false) {
    const isOther = this.redraw();
    this.camera.fit(isFlown && !isOther);
  }

  /** Shows in a frame of another size what was shown. */
  resize() {
    const [width, height] = this.camera.size;
    if (!this.drawing.svg || !width || !height) return;
    if (this.camera.isFitted) this.fit();
    else if (this.camera.place && this.found) {
      this.redraw();
      const place = this.found();
      if (place) this.camera.flyTo(place, false);
      else this.camera.fit();
    } else this.camera.resize();
  }
}
