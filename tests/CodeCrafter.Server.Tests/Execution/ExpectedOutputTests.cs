using CodeCrafter.Server.Execution.Judging;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>The five ways to compare an output with the expected one.</summary>
public sealed class ExpectedOutputTests
{
    [Theory]
    [InlineData("a\n", "a\n", true)]
    [InlineData("", "", true)]
    [InlineData("a", "a\n", false)]
    [InlineData("a\r\n", "a\n", false)]
    [InlineData("A", "a", false)]
    // The same letter, composed and decomposed, is two texts.
    [InlineData("\u00e9", "e\u0301", false)]
    public void Exact_compares_every_character(string output, string expected, bool same) =>
        Assert.Equal(same, new ExpectedOutput(CompareMode.Exact, expected).Matches(output));

    [Theory]
    [InlineData("a\nb\n", "a\nb", true)]
    [InlineData("a  \nb\t\r\n\n\n", "a\nb", true)]
    [InlineData("a\nb", "a   \r\nb\r\n", true)]
    [InlineData("", "\n \n", true)]
    [InlineData("a", "", false)]
    [InlineData("", "a", false)]
    [InlineData(" a", "a", false)]
    [InlineData("\na", "a", false)]
    [InlineData("a\n\nb", "a\nb", false)]
    [InlineData("a\nb", "a\nb\nc", false)]
    [InlineData("a\nb\nc", "a\nb", false)]
    [InlineData("a b", "a  b", false)]
    // No white space of ours.
    [InlineData("a\u00a0", "a", false)]
    public void Trimmed_passes_over_white_space_at_the_ends_of_lines_and_of_the_text(string output, string expected, bool same) =>
        Assert.Equal(same, new ExpectedOutput(CompareMode.Trimmed, expected).Matches(output));

    [Theory]
    [InlineData(" 1\t2\r\n\f\v3 ", "1 2 3", true)]
    [InlineData("", " \n", true)]
    [InlineData("1 2", "1 2 3", false)]
    [InlineData("1 2 3", "1 2", false)]
    [InlineData("12", "1 2", false)]
    [InlineData("1.0", "1", false)]
    [InlineData("b a", "a b", false)]
    public void Tokens_compares_words(string output, string expected, bool same) =>
        Assert.Equal(same, new ExpectedOutput(CompareMode.Tokens, expected).Matches(output));

    [Theory]
    [InlineData("0.3333333", "0.33333333", 1e-6, true)]
    [InlineData("0.33", "0.33333333", 1e-6, false)]
    // Absolute below one, relative above.
    [InlineData("0.0000005", "0", 1e-6, true)]
    [InlineData("1000000.9", "1000000", 1e-6, true)]
    [InlineData("1000001.1", "1000000", 1e-6, false)]
    [InlineData("-2", "2", 0.5, false)]
    [InlineData("3", "3.0", 0, true)]
    [InlineData("1e3", "1000", 0, true)]
    [InlineData("+.5", "0.5", 0, true)]
    [InlineData("5.", "5", 0, true)]
    [InlineData("3.1", "3", 0, false)]
    [InlineData("x = 2.0000001 m", "x = 2 m", 1e-6, true)]
    [InlineData("y = 2", "x = 2", 1e-6, false)]
    [InlineData("2 3", "2", 1e-6, false)]
    [InlineData("1,000", "1000", 1e-6, false)]
    [InlineData("0x10", "16", 1e-6, false)]
    [InlineData("nan", "nan", 1e-6, true)]
    [InlineData("nan", "1", 1e300, false)]
    [InlineData("inf -inf nan", "Infinity -Infinity NaN", 0, true)]
    [InlineData("+Inf -nan", "inf nan", 0, true)]
    [InlineData("inf", "-inf", 1e300, false)]
    [InlineData("inf", "1e308", 1e300, false)]
    [InlineData("-", "nan", 1e300, false)]
    [InlineData("1e999", "1e998", 1e300, false)]
    public void Float_compares_numbers_with_a_tolerance_and_the_rest_as_words(string output, string expected, double tolerance, bool same) =>
        Assert.Equal(same, new ExpectedOutput(CompareMode.Float, expected, tolerance).Matches(output));

    [Theory]
    [InlineData("42\n", @"\d+", true)]
    [InlineData("42 \r\n\n", @"\d+", true)]
    [InlineData("x42\n", @"\d+", false)]
    [InlineData("42\n43\n", @"\d+", false)]
    [InlineData("42\n43\n", @"\d+\n\d+", true)]
    [InlineData("ab", "a|ab", true)]
    [InlineData("a or b", "a|b", false)]
    [InlineData("HELLO", "(?i)hello", true)]
    [InlineData("", "", true)]
    public void Regex_describes_the_whole_output(string output, string pattern, bool same) =>
        Assert.Equal(same, new ExpectedOutput(CompareMode.Regex, pattern).Matches(output));

    [Theory]
    [InlineData("(")]
    [InlineData("a)|(b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)a")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a)b")]
    [InlineData("((a{1,1000}){1,1000}){1,1000}")]
    [InlineData("(?:.*a){900}z")]
    public void A_pattern_that_cannot_be_matched_in_linear_time_is_refused(string pattern) =>
        Assert.Throws<FormatException>(() => new ExpectedOutput(CompareMode.Regex, pattern));

    [Fact]
    public void A_pattern_has_a_length_cap() =>
        Assert.Throws<FormatException>(() => new ExpectedOutput(CompareMode.Regex, new string('a', ExpectedOutput.MaxPatternLength + 1)));

    [Theory]
    // Each of them keeps an engine that backtracks busy until the sun is cold.
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*b")]
    [InlineData("(a|aa)+$b")]
    [InlineData("(.*a){20}b")]
    [InlineData("(?:.*a){150}z")]
    public void A_hostile_pattern_ends_on_a_long_output(string pattern) =>
        Assert.False(new ExpectedOutput(CompareMode.Regex, pattern).Matches(new string('a', 1 << 20)));

    [Theory]
    [InlineData(-1)]
    public void A_tolerance_is_not_negative(double tolerance) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpectedOutput(CompareMode.Float, "1", tolerance));
}
