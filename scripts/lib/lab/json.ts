/** JSON that a person can look through: arrays of numbers stay on their line. Ends with a line break. */
export const tidyJson = (value: unknown): string =>
  // A line break of its own stands in JSON outside strings alone.
  `${JSON.stringify(value, null, 1).replace(/\[\n\s*([^[\]{}"]*?)\n\s*\]/g,
    (_, inside: string) => `[${inside.replace(/\n\s*/g, ' ')}]`)}\n`;
