/**
 * The standard normal distribution. The distribution function is that of West (2005), "Better approximations to cumulative normal
 * functions", Wilmott magazine, after Hart (1968): absolute error below 1e-15, relative
 * error in the tail below 1e-8. The quantile is AS 241 of Wichura (1988): relative error
 * below 1e-15.
 */

const hartNumerator = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const hartDenominator = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** The chance that a standard normal variable is at most z. */
export function normalCdf(z: number): number {
  const distance = Math.abs(z);
  const tail = upperTail(distance);
  return z > 0 ? 1 - tail : tail;
}

function upperTail(distance: number): number {
  // Beyond, the tail is below 1e-307.
  if (distance > 37) return 0;
  const density = Math.exp((-distance * distance) / 2);
  if (distance < 7.07106781186547) {
    return (density * polynomial(hartNumerator, distance)) / polynomial(hartDenominator, distance);
  }
  let fraction = distance + 0.65;
  for (const step of [4, 3, 2, 1]) fraction = distance + step / fraction;
  return density / fraction / 2.506628274631;
}

const centre = {
  numerator: [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  denominator: [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
  ],
};
const flank = {
  numerator: [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  denominator: [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
};
const far = {
  numerator: [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  denominator: [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
};

/** The z that a standard normal variable does not exceed with the given chance, which lies between 0 and 1. */
export function normalQuantile(chance: number): number {
  const offset = chance - 0.5;
  if (Math.abs(offset) <= 0.425) {
    const r = 0.180625 - offset * offset;
    return (offset * polynomial(centre.numerator, r)) / polynomial(centre.denominator, r);
  }
  const root = Math.sqrt(-Math.log(Math.min(chance, 1 - chance)));
  const { numerator, denominator } = root <= 5 ? flank : far;
  const r = root <= 5 ? root - 1.6 : root - 5;
  return (Math.sign(offset) * polynomial(numerator, r)) / polynomial(denominator, r);
}
