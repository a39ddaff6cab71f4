/** A Vega-Lite specification as parsed JSON; Vega-Lite's own schema checks it when it is compiled. */
export type Specification = Readonly<Record<string, unknown>>;
