/** Markup that cannot be broken by what it is filled with. */

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Filling = string | number | Markup | readonly Markup[];

/** A template whose fillings are escaped, unless they are markup. */
export function html(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Markup {
  return new Markup(parts.map((part, index) => part + filled(fillings[index])).join(''));
}

function filled(filling: Filling | undefined): string {
  if (filling === undefined) return '';
  if (filling instanceof Markup) return filling.text;
  if (typeof filling === 'object') return filling.map(({ text }) => text).join('');
  return String(filling).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A program inside the page: `</script` in its strings must not end it. */
export function inlineScript(program: string): Markup {
  return new Markup(
    `<script>${program.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')}</script>`,
  );
}

/** Data inside the page, as JSON that contains no markup. */
export function inlineJson(id: string, data: unknown): Markup {
  return new Markup(
    `<script type="application/json" id="${id}">${JSON.stringify(data).replace(/</g, '\\u003c')}</script>`,
  );
}
