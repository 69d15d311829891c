// Where the cells of a map lie on the picture that the network saw, and what each of them sees of it. All in px of the
// picture; a field is [size, stride, start] along both axes.

/** Returns the size of what a map lies on: the picture, or for a map without a field (the picture's own) its cells. */
export function groundOf({ field, width, height }, image) {
  return image && field ? { width: image.width, height: image.height } : { width, height };
}

/** Returns where a cell's square begins along an axis (0 downwards, 1 to the right), and how wide it is. */
export function squareOf({ field }, image, axis, index) {
  if (!field || !image) return [index, 1];
  const [size, stride, start] = field[axis];
  return [start + index * stride + (size - stride) / 2, stride];
}

/** Returns the cell, [row, column], at a point of the ground, [x, y] in shares of it; null beside all cells. */
export function cellAt([x, y], maps, image) {
  const { width, height } = groundOf(maps, image);
  const [top, tall] = squareOf(maps, image, 0, 0);
  const [left, wide] = squareOf(maps, image, 1, 0);
  const [row, column] = [Math.floor((y * height - top) / tall), Math.floor((x * width - left) / wide)];
  return row >= 0 && column >= 0 && row < maps.height && column < maps.width ? [row, column] : null;
}

/** Returns a cell's receptive field, { top, bottom, left, right }, clipped at the picture's border; its whole size, `tall` by
 *  `wide`, and whether it is clipped. */
export function fieldOf([row, column], { field }, image) {
  const [[tall, down, top], [wide, along, left]] = field;
  const [y, x] = [top + row * down, left + column * along];
  const whole = { top: y, bottom: y + tall, left: x, right: x + wide };
  const clipped = {
    top: Math.max(0, whole.top),
    bottom: Math.min(image.height, whole.bottom),
    left: Math.max(0, whole.left),
    right: Math.min(image.width, whole.right),
  };
  const isClipped = Object.keys(whole).some((side) => whole[side] !== clipped[side]);
  return { ...clipped, tall, wide, isClipped };
}
