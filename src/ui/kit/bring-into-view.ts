/**
 * Scrolls a box from its start until the part of it that the selector names is seen; to its start when there is none.
 * The place depends on nothing that was scrolled before, so a link shows the same picture everywhere.
 */
export function bringIntoView(box: Element | null | undefined, selector: string): void {
  if (box === null || box === undefined) return;
  box.scrollTo(0, 0);
  box.querySelector(selector)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
