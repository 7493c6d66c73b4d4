/** The window's panes, for F6 and for keys that belong to the canvas. A pane is an element with `data-pane`. */

export function isInCanvas(target: Element | null): boolean {
  return target?.closest('[data-pane=canvas]') != null;
}

/** Moves the focus to the pane after the one that has it. */
export function focusNextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  const present = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(present + 1) % panes.length]?.focus();
}
