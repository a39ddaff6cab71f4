/**
 * Texts of components with '/' between them, none of which is empty, '.' or '..': what keys and paths have in common. Each operation of a store checks some, so that
 * they are read character by character: a pattern takes ten times as long over a text that was just put together.
 */
export const slash = 0x2f;
const dot = 0x2e;

/** Whether the text is one component at least, of characters (code units other than '/') that are allowed. */
export function areComponents(text: string, isAllowed: (code: number) => boolean): boolean {
  let start = 0;
  let isDots = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === slash) {
      if (at === start || (isDots && at - start <= 2)) return false;
      start = at + 1;
      isDots = true;
    } else {
      if (!isAllowed(code)) return false;
      if (code !== dot) isDots = false;
    }
  }
  return text.length > start && !(isDots && text.length - start <= 2);
}
