using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CodeCrafter.Server.Execution.Judging;

/// <summary>How an output is compared with the expected one. White space is space, tab, LF, CR, VT and FF.</summary>
internal enum CompareMode
{
    /// <summary>The same characters, line endings and the last line break too.</summary>
    Exact,

    /// <summary>The same lines; white space at the end of a line and empty lines at the end of the text do not count.</summary>
    Trimmed,

    /// <summary>The same words in the same order; how much white space is between, before and after them does not count.</summary>
    Tokens,

    /// <summary>
    /// As <see cref="Tokens"/>, but where both words are decimal numbers they may differ by the tolerance, absolutely or
    /// relative to the expected one, whichever allows more: |a − e| ≤ tolerance · max(1, |e|). Infinities and NaN are equal to their
    /// like, however they are written.
    /// </summary>
    Float,

    /// <summary>
    /// What is expected is a regular expression for the whole output without the white space at its end. No look-around,
    /// no backreferences: what is left takes time in proportion to the output.
    /// </summary>
    Regex,
}

/// <summary>The expected output of a test case, ready to be compared with outputs.</summary>
internal sealed class ExpectedOutput
{
    public const double DefaultTolerance = 1e-6;
    public const int MaxPatternLength = 1000;

    /// <summary>The most characters of all patterns of a request: the automata of a thousand take up to half a second to make.</summary>
    public const int MaxLengthOfPatterns = 4 * MaxPatternLength;

    private const string WhiteSpace = " \t\n\r\v\f";

    // The time of a match grows with the pattern's automaton as well as with the output: both are bounded, and the time too.
    private const int MaxAutomatonNodes = 2000;
    private static readonly TimeSpan _matchTimeout = TimeSpan.FromMilliseconds(250);
    private static readonly SearchValues<char> _whiteSpace = SearchValues.Create(WhiteSpace);

    private readonly CompareMode _mode;
    private readonly string _text;
    private readonly double _tolerance;

    static ExpectedOutput() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxAutomatonNodes);

    /// <param name="mode">How to compare.</param>
    /// <param name="text">The expected text, or the pattern.</param>
    /// <param name="tolerance">For <see cref="CompareMode.Float"/>: finite, from 0.</param>
    /// <exception cref="FormatException">The pattern is none, is too large or cannot be matched in linear time; the message says it.</exception>
    public ExpectedOutput(CompareMode mode, string text, double tolerance = DefaultTolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        _mode = mode;
        _text = text;
        _tolerance = tolerance;
        if (mode == CompareMode.Regex)
        {
            // Not kept while the request waits for its turn: an automaton may take 20 MB.
            _ = PatternOf(text);
        }
    }

    /// <summary>The output is the expected one. A pattern that takes too long on an output does not match it.</summary>
    public bool Matches(string output) => _mode switch
    {
        CompareMode.Exact => string.Equals(output, _text, StringComparison.Ordinal),
        CompareMode.Trimmed => SameLines(output, _text),
        CompareMode.Tokens => SameTokens(output, _text, null),
        CompareMode.Float => SameTokens(output, _text, _tolerance),
        CompareMode.Regex => IsMatch(output),
        _ => throw new InvalidOperationException($"Nobody knows how to compare by {_mode}."),
    };

    private static bool SameLines(ReadOnlySpan<char> actual, ReadOnlySpan<char> expected)
    {
        actual = actual.TrimEnd(WhiteSpace);
        expected = expected.TrimEnd(WhiteSpace);
        var actualLines = actual.Split('\n');
        var expectedLines = expected.Split('\n');
        while (actualLines.MoveNext())
        {
            if (!expectedLines.MoveNext()
                || !actual[actualLines.Current].TrimEnd(WhiteSpace).SequenceEqual(expected[expectedLines.Current].TrimEnd(WhiteSpace)))
            {
                return false;
            }
        }

        return !expectedLines.MoveNext();
    }

    private static bool SameTokens(ReadOnlySpan<char> actual, ReadOnlySpan<char> expected, double? tolerance)
    {
        while (true)
        {
            var a = NextToken(ref actual);
            var e = NextToken(ref expected);
            if (e.IsEmpty)
            {
                return a.IsEmpty;
            }

            if (!a.SequenceEqual(e) && !(tolerance is { } allowed && IsNear(a, e, allowed)))
            {
                return false;
            }
        }
    }

    private static ReadOnlySpan<char> NextToken(ref ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAnyExcept(_whiteSpace);
        if (start < 0)
        {
            text = default;
            return default;
        }

        text = text[start..];
        var end = text.IndexOfAny(_whiteSpace);
        var token = end < 0 ? text : text[..end];
        text = text[token.Length..];
        return token;
    }

    private static bool IsNear(ReadOnlySpan<char> actual, ReadOnlySpan<char> expected, double tolerance) =>
        TryReadNumber(actual, out var a) && TryReadNumber(expected, out var e)
            ? Math.Abs(a - e) <= tolerance * Math.Max(1, Math.Abs(e))
            : SpecialOf(actual) is { } special && special == SpecialOf(expected);

    /// <summary>Infinities and NaN, which each language writes in its way: <c>-inf</c>, <c>Infinity</c>, <c>+Inf</c>, <c>-nan</c>.</summary>
    private static string? SpecialOf(ReadOnlySpan<char> token)
    {
        var isNegative = token[0] == '-';
        var name = token[0] is '-' or '+' ? token[1..] : token;
        return name.Equals("nan", StringComparison.OrdinalIgnoreCase) ? "nan"
            : name.Equals("inf", StringComparison.OrdinalIgnoreCase) || name.Equals("infinity", StringComparison.OrdinalIgnoreCase)
                ? isNegative ? "-inf" : "inf"
                : null;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> token, out double number) =>
        double.TryParse(
            token,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out number)
        && double.IsFinite(number);

    private static Regex PatternOf(string pattern)
    {
        if (pattern.Length > MaxPatternLength)
        {
            throw new FormatException($"A regular expression has at most {MaxPatternLength} characters.");
        }

        const RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        try
        {
            // By itself first: brackets that close what only the whole has opened are no pattern.
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            return new Regex($@"\A(?:{pattern})\z", options, _matchTimeout);
        }
        catch (RegexParseException exception)
        {
            throw new FormatException($"The regular expression is not valid: {exception.Error} at character {exception.Offset}.", exception);
        }
        catch (NotSupportedException exception)
        {
            throw new FormatException(
                "The regular expression is too large, or has look-around, backreferences or atomic groups.", exception);
        }
    }

    private bool IsMatch(string output)
    {
        try
        {
            return PatternOf(_text).IsMatch(output.AsSpan().TrimEnd(WhiteSpace));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
