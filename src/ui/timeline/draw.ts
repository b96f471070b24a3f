import { scaleLinear } from 'd3';
import { lanes, type TimelinePicture } from './lanes';

const laneHeight = 12;
const labelWidth = 56;
const headHeight = 16;
const colors = ['--device', '--host', '--hit', '--stale', '--guest', '--fault'];
/** From here up only the lesson's stops are drawn through the lanes. */
const denseOperations = 40;
export const timelineHeight = headHeight + laneHeight * lanes.length;

/** Where a micro-step lies across the width. */
export function placeScale(length: number, width: number) {
  return scaleLinear([0, Math.max(1, length)], [labelWidth, width - 20]);
}

/** Draws the lanes and their marks; the place in the run is drawn over it by the page. */
export function drawTimeline(canvas: HTMLCanvasElement, picture: TimelinePicture, width: number): void {
  const ratio = window.devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = timelineHeight * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name);
  const scale = placeScale(picture.length, width);
  context.font = '12px "Source Sans 3"';
  context.textBaseline = 'middle';
  lanes.forEach((name, lane) => {
    const y = headHeight + lane * laneHeight;
    context.fillStyle = color('--ink-2');
    context.fillText(name, 0, y + laneHeight / 2);
    context.fillStyle = color('--line');
    context.fillRect(labelWidth, y + laneHeight - 1, width - labelWidth, 1);
  });
  const markWidth = Math.max(2, Math.min(10, (width - labelWidth) / Math.max(1, picture.length) - 1));
  for (const { lane, at } of picture.marks) {
    context.fillStyle = color(colors[lane] ?? '--ink');
    const x = scale(at) - markWidth / 2;
    const y = headHeight + lane * laneHeight;
    if (lane === lanes.length - 1) drawCross(context, x + markWidth / 2, y + laneHeight / 2);
    else context.fillRect(x, y + 2, markWidth, laneHeight - 4);
  }
  drawOperations(context, picture, (at) => scale(at) + markWidth / 2 + 1, color);
}

function drawOperations(
  context: CanvasRenderingContext2D,
  picture: TimelinePicture,
  place: (at: number) => number,
  color: (name: string) => string,
): void {
  const isDense = picture.operations.length > denseOperations;
  const right = context.canvas.width / window.devicePixelRatio;
  picture.operations.forEach(({ at, isStop }, index) => {
    const x = place(at);
    const following = picture.operations[index + 1];
    const end = following === undefined ? right : place(following.at);
    context.fillStyle = color(isStop ? '--ink' : '--line-strong');
    context.fillRect(x, 0, 1, isStop || !isDense ? timelineHeight : headHeight);
    const label = String(index + 1);
    if (x + context.measureText(label).width + 5 > end) return;
    context.fillStyle = color('--ink-2');
    context.fillText(label, x + 3, headHeight / 2);
  });
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(Math.PI / 4);
  context.fillRect(-5, -1, 10, 2);
  context.fillRect(-1, -5, 2, 10);
  context.restore();
}
