export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** (largest − smallest) / median; null for fewer than two values. */
export function spreadOf(values: readonly number[]): number | null {
  const middle = median(values);
  return middle !== null && values.length > 1 ? (Math.max(...values) - Math.min(...values)) / middle : null;
}
