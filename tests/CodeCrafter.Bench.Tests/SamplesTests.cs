using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Tests;

public class SamplesTests
{
    [Fact]
    public void The_median_of_an_odd_number_is_the_one_in_the_middle() =>
        Assert.Equal(3, new Samples([9, 1, 3]).Median);

    [Fact]
    public void The_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() =>
        Assert.Equal(2.5, new Samples([4, 1, 2, 3]).Median);

    [Fact]
    public void Nothing_has_no_median() =>
        Assert.Throws<InvalidOperationException>(() => new Samples().Median);

    [Fact]
    public void The_slope_of_points_around_a_line_is_that_of_the_line() =>
        Assert.Equal(2, Samples.Slope([(0, 1), (1, 2), (2, 6), (3, 7), (4, 9)]), tolerance: 0.11);

    [Fact]
    public void One_point_has_no_slope() =>
        Assert.Throws<ArgumentException>(() => Samples.Slope([(1, 1)]));
}
