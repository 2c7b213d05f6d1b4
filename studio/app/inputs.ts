// What a plain input says in its event.

export const inputValue = ({ target }: Event): string =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : ''

export const isChecked = ({ target }: Event): boolean => target instanceof HTMLInputElement && target.checked
