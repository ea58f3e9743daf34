using CodeCrafter.Server.Execution.Judging;

namespace CodeCrafter.Server.Execution;

/// <summary>
/// How much room texts take in an answer. A byte that is printed may take six in JSON (<c>\u0000</c>), so what is kept and
/// sent of results is measured there, and not in what was printed.
/// </summary>
internal static class JsonSize
{
    /// <summary>The most bytes that one UTF-16 code unit takes.</summary>
    public const int MaxOfChar = 6;

    /// <summary>The bytes of a text as the API writes it, without the quotes; of non-ASCII at most.</summary>
    public static long Of(string text)
    {
        var size = 0L;
        foreach (var character in text)
        {
            size += Of(character);
        }

        return size;
    }

    /// <summary>The beginning of a text that takes at most so many bytes; a character of two code units is not cut.</summary>
    public static string Shorten(string text, long maxBytes)
    {
        if (text.Length <= maxBytes / MaxOfChar)
        {
            return text;
        }

        var (size, length) = (0L, 0);
        while (length < text.Length && (size += Of(text[length])) <= maxBytes)
        {
            length++;
        }

        return length == text.Length ? text : text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    /// <summary>
    /// How long each text may be so that all take at most so many bytes: the short ones stay whole, and the long ones share
    /// what is left equally. <see cref="long.MaxValue"/> where all fit.
    /// </summary>
    public static long ShareOf(IReadOnlyCollection<string> texts, long maxBytes)
    {
        if (texts.Sum(text => (long)text.Length) <= maxBytes / MaxOfChar)
        {
            return long.MaxValue;
        }

        var sizes = texts.Select(Of).Order().ToList();
        for (var i = 0; i < sizes.Count; i++)
        {
            if (sizes[i] > maxBytes / (sizes.Count - i))
            {
                return maxBytes / (sizes.Count - i);
            }

            maxBytes -= sizes[i];
        }

        return long.MaxValue;
    }

    // As System.Text.Json does by default.
    private static int Of(char character) => character switch
    {
        '\n' or '\r' or '\t' or '\b' or '\f' or '\\' => 2,
        < ' ' or > '~' or '"' or '\'' or '<' or '>' or '&' or '+' or '`' => MaxOfChar,
        _ => 1,
    };
}

/// <summary>What a job printed and was given, step by step and case by case.</summary>
internal sealed record ResultTexts(ExecutionStep? Compile, ExecutionStep? Run, IReadOnlyList<TestCaseResult>? TestCases)
{
    /// <summary>The same with texts that take at most so many bytes of JSON in all; the same object where they do already.</summary>
    public ResultTexts Shorten(long maxBytes)
    {
        var share = JsonSize.ShareOf([.. All()], maxBytes);
        return share == long.MaxValue ? this : new ResultTexts(
            Compile?.Shorten(Cut), Run?.Shorten(Cut), TestCases is null ? null : [.. TestCases.Select(testCase => testCase.Shorten(Cut))]);

        string Cut(string text) => JsonSize.Shorten(text, share);
    }

    /// <summary>The bytes that the texts take in JSON.</summary>
    public long Size => All().Sum(JsonSize.Of);

    private IEnumerable<string> All()
    {
        foreach (var step in (ExecutionStep?[])[Compile, Run, .. TestCases?.Select(testCase => testCase.Run) ?? []])
        {
            if (step is not null)
            {
                yield return step.Stdout;
                yield return step.Stderr;
            }
        }

        foreach (var testCase in TestCases ?? [])
        {
            yield return testCase.Stdin ?? "";
            yield return testCase.ExpectedOutput ?? "";
        }
    }
}
