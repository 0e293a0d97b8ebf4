/** `npm run build:page`: bundles the page and says how large it is. */
import { buildPage, pageSize } from './bundle.ts';

await buildPage();
console.log(`the inspector's page: ${(pageSize() / 1024).toFixed(1)} KB compressed`);
