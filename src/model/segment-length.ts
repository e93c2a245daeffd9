/**
 * A segment's length where none is asked for: about 2√T, which leaves memory growing with √T and needs half as many
 * segments as √T. The divisor of T that is nearest where one is near, at most half the window.
 */
export function segmentLength(timeSteps: number): number {
  const aim = 2 * Math.sqrt(timeSteps);
  const most = Math.ceil(timeSteps / 2);
  const distance = (length: number): number => Math.max(length / aim, aim / length);
  let best = 1;
  for (let length = 2; length <= most; length++) {
    if (timeSteps % length === 0 && distance(length) < distance(best)) best = length;
  }
  return distance(best) < 2 ? best : Math.min(Math.round(aim), most);
}
