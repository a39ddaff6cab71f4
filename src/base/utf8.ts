/**
 * Strings <-> UTF-8. Names are short and nearly always of ASCII alone: those are written and read unit by unit, which costs less than a call out of
 * JavaScript and the objects around it.
 */
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Up to here unit by unit is faster. */
const shortMax = 64;

/** Whether each unit of the text is a byte of its UTF-8. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** What the bytes [start, end) say. Throws TypeError where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > shortMax) return strictDecoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f) return strictDecoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Length in UTF-8. */
export function utf8Length(text: string): number {
  return isAscii(text) ? text.length : Buffer.byteLength(text, 'utf8');
}

/** Writes the text at `at`, where there is room for it; returns its length in bytes. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  if (text.length <= shortMax && isAscii(text)) {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    return text.length;
  }
  return encoder.encodeInto(text, bytes.subarray(at)).written;
}
