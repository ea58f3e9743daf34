using System.Text;

namespace CodeCrafter.Server.Execution.Judging;

/// <summary>Checks the test cases of a request and completes them.</summary>
internal static class TestCaseRules
{
    private const int MaxNameLength = 200;

    /// <summary>The cases; none where the request has none.</summary>
    /// <exception cref="ExecutionRefusedException">Something is wrong with them; it names the field.</exception>
    public static IReadOnlyList<TestCase> Check(ExecuteRequest request, ExecutionOptions options)
    {
        if (request.TestCases is not { } cases)
        {
            return [];
        }

        if (cases.Count == 0 || cases.Count > options.MaxTestCases)
        {
            throw Invalid("testCases", $"has from 1 to {options.MaxTestCases} cases");
        }

        if (cases.Sum(testCase => testCase?.Compare == "regex" ? testCase.ExpectedOutput?.Length ?? 0L : 0) > ExpectedOutput.MaxLengthOfPatterns)
        {
            throw Invalid("testCases", $"has patterns of at most {ExpectedOutput.MaxLengthOfPatterns} characters in all");
        }

        var checkedCases = cases.Select((testCase, index) => Check(testCase, index, request.Stdin ?? "")).ToList();
        if (checkedCases.Sum(BytesOf) > options.MaxTestCaseBytes)
        {
            throw new ExecutionRefusedException(
                "test_cases_too_large",
                $"The inputs and expected outputs of all test cases have at most {options.MaxTestCaseBytes} bytes.",
                StatusCodes.Status413PayloadTooLarge);
        }

        return checkedCases;
    }

    private static TestCase Check(TestCaseRequest? request, int index, string stdin)
    {
        var field = $"testCases[{index}]";
        if (request is null)
        {
            throw Invalid(field, "is an object with an 'expectedOutput'");
        }

        if (request.ExpectedOutput is not { } expected)
        {
            throw Invalid($"{field}.expectedOutput", "is missing");
        }

        if (request.Name is { Length: > MaxNameLength })
        {
            throw Invalid($"{field}.name", $"has at most {MaxNameLength} characters");
        }

        var mode = ModeOf(request.Compare, $"{field}.compare");
        if (request.Tolerance is { } tolerance && (mode != CompareMode.Float || !double.IsFinite(tolerance) || tolerance < 0))
        {
            throw Invalid($"{field}.tolerance", "is a number from 0, and goes with 'compare': 'float' only");
        }

        try
        {
            return new TestCase(
                request, index, mode, request.Stdin ?? stdin, new ExpectedOutput(mode, expected, request.Tolerance ?? ExpectedOutput.DefaultTolerance));
        }
        catch (FormatException exception)
        {
            throw Invalid($"{field}.expectedOutput", "cannot be used as a pattern: " + exception.Message.TrimEnd('.'));
        }
    }

    private static CompareMode ModeOf(string? name, string field) => name switch
    {
        null or "trimmed" => CompareMode.Trimmed,
        "exact" => CompareMode.Exact,
        "tokens" => CompareMode.Tokens,
        "float" => CompareMode.Float,
        "regex" => CompareMode.Regex,
        _ => throw Invalid(field, "is 'exact', 'trimmed', 'tokens', 'float' or 'regex'"),
    };

    private static long BytesOf(TestCase testCase) =>
        Encoding.UTF8.GetByteCount(testCase.Stdin) + (long)Encoding.UTF8.GetByteCount(testCase.Request.ExpectedOutput!);

    private static ExecutionRefusedException Invalid(string field, string rule) =>
        new("invalid_test_cases", $"'{field}' {rule}.") { Field = field };
}
