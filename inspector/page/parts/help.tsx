import { keys } from '../state/keys.ts';

/** What the keys do. */
export function Help() {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <form method="dialog">
        <h2 id="help-title">Keys</h2>
        <dl>
          {keys.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p>The address of the page holds what is shown: copy it to show somebody the same.</p>
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
