declare module 'wgsl-preprocessor/wgsl-preprocessor.js' {
  /** Template tag that expands `#if ${x}`, `#elif ${x}`, `#else` and `#endif`. */
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
