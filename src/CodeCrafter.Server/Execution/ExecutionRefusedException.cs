namespace CodeCrafter.Server.Execution;

/// <summary>A request to run something that cannot be granted: it becomes a problem detail or a hub error.</summary>
/// <param name="code">The stable code.</param>
/// <param name="detail">What is wrong, for people.</param>
/// <param name="status">The HTTP status.</param>
internal sealed class ExecutionRefusedException(string code, string detail, int status = StatusCodes.Status400BadRequest)
    : Exception(detail)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    /// <summary>The path of the field that is wrong, such as <c>testCases[2].tolerance</c>; null where there are several.</summary>
    public string? Field { get; init; }

    /// <summary>What is wrong, by field; empty where it is about no field.</summary>
    public IReadOnlyDictionary<string, string> Errors
    {
        get => field ?? (Field is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [Field] = Message });
        init;
    }

    /// <summary>When to try again, if that helps.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
