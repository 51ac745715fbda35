type Impossible = { 'aria-disabled'?: true; 'data-disabled'?: true }

/** For a control that does nothing at the moment but can still be focused, so that the focus is not lost. */
export const whenImpossible = (impossible: boolean): Impossible =>
  impossible ? { 'aria-disabled': true, 'data-disabled': true } : {}
