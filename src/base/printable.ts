/**
 * Text that may hold anything (names from a file system or a package), made safe to show: control characters, line breaks among them, and
 * marks that turn the writing direction are shown as \u{...}, so that no name can move the cursor or forge a line.
 */

const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
