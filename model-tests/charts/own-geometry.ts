/** Where everything in our charts lies; laid out before the package is made, since ELK is large. */
import type { ChartGeometry } from '../show/chart/geometry.ts';
import { geometryText } from './geometry.generated.ts';

/** The layout of one of our charts by its id (`client`, `server`, `socket`, …); undefined for others. */
export function ownChartGeometry(id: string): ChartGeometry | undefined {
  const text = geometryText[id];
  return text === undefined ? undefined : (JSON.parse(text) as ChartGeometry);
}
