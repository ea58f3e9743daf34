namespace CodeCrafter.Bench.Measuring;

/// <summary>Measured values of one thing, in the order in which they were taken.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public Samples()
    {
    }

    public Samples(IEnumerable<double> values) => _values.AddRange(values);

    public IReadOnlyList<double> Values => _values;

    public double Min => _values.Min();

    public double Max => _values.Max();

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public double Median
    {
        get
        {
            if (_values.Count == 0)
            {
                throw new InvalidOperationException("There are no samples.");
            }

            var sorted = _values.Order().ToList();
            var middle = sorted.Count / 2;
            return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /// <summary>The value that so many percent of all are not above.</summary>
    public double Percentile(int percent) => _values.Order().ElementAt(Math.Min(_values.Count * percent / 100, _values.Count - 1));

    public void Add(double value) => _values.Add(value);

    /// <summary>The slope of the straight line through the points (least squares), in units of y for one unit of x.</summary>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 2)
        {
            throw new ArgumentException("A slope needs two points.", nameof(points));
        }

        var meanX = points.Average(point => point.X);
        var meanY = points.Average(point => point.Y);
        return points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / points.Sum(point => (point.X - meanX) * (point.X - meanX));
    }
}
