/** Counted things: `1 block`, `2 blocks`, `3 entries`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** `damaged: KEY: why`, where the reason may begin with the key. */
export function damageText({ key, reason }: { readonly key: string; readonly reason: string }): string {
  return reason.startsWith(key) ? `damaged: ${reason}` : `damaged: ${key}: ${reason}`;
}

/** The line under a table that was cut off; none where nothing was. */
export function cutOff(total: number, shown: number, noun: string): string[] {
  return shown < total ? [`... and ${counted(total - shown, `more ${noun}`)}`] : [];
}
