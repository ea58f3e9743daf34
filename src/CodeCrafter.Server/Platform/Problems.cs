using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// Problem details (RFC 9457) with a <c>code</c> that clients may rely on; the words in <c>detail</c> are for people
/// and may change.
/// </summary>
internal static class Problems
{
    public const string Code = "code";
    public const string Errors = "errors";
    public const string ValidationFailed = "validation_failed";
    public const string UnknownMember = "unknown_member";

    public static ProblemHttpResult Create(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new(Code, code)]);

    public static ProblemHttpResult BadRequest(string code, string detail) =>
        Create(StatusCodes.Status400BadRequest, code, detail);

    public static ProblemHttpResult Unauthorized(string code, string detail) =>
        Create(StatusCodes.Status401Unauthorized, code, detail);

    public static ProblemHttpResult Forbidden(string code, string detail) =>
        Create(StatusCodes.Status403Forbidden, code, detail);

    public static ProblemHttpResult NotFound(string code, string detail) =>
        Create(StatusCodes.Status404NotFound, code, detail);

    public static ProblemHttpResult Conflict(string code, string detail) =>
        Create(StatusCodes.Status409Conflict, code, detail);

    /// <summary>The same answer as the validation of the request's attributes gives.</summary>
    public static ProblemHttpResult Invalid(string field, string message) =>
        TypedResults.Problem(new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [message] })
        {
            Status = StatusCodes.Status400BadRequest,
        });

    /// <summary>Fields that are wrong for a reason with a code of its own.</summary>
    public static ProblemHttpResult Invalid(int status, string code, string detail, IReadOnlyDictionary<string, string> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors.ToDictionary(error => error.Key, error => new[] { error.Value }))
        {
            Status = status,
            Detail = detail,
            Extensions = { [Code] = code },
        });

    /// <summary>429 with <c>Retry-After</c>.</summary>
    public static ProblemHttpResult TooMany(HttpResponse response, string code, string detail, TimeSpan retryAfter)
    {
        response.Headers.RetryAfter = RateLimits.RetryAfterSeconds(retryAfter);
        return Create(StatusCodes.Status429TooManyRequests, code, detail);
    }

    /// <summary>Says why the caller is not let in, for the 401 or 403 that the framework writes later if the route needs it.</summary>
    public static void ExplainRefusal(HttpContext context, string code, string detail) =>
        context.Items[typeof(Problems)] = (code, detail);

    public static (string Code, string Detail)? Explanation(HttpContext context) =>
        context.Items.TryGetValue(typeof(Problems), out var value) ? ((string, string))value! : null;

    /// <summary>What to do about a problem that nobody has described; null where there is nothing to say.</summary>
    public static string? DefaultDetail(int status) => status switch
    {
        401 => "Send an access token: 'Authorization: Bearer …', from POST /api/auth/login.",
        404 => "There is nothing at this address.",
        405 => "This address does not take this method.",
        413 => "The body of the request is larger than this address accepts.",
        415 => "The body must be JSON, with 'Content-Type: application/json'.",
        500 => "The server failed; its log has the trace id.",
        _ => null,
    };

    /// <summary>The code of a problem that nobody has named more exactly.</summary>
    public static string DefaultCode(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        408 => "request_timeout",
        409 => "conflict",
        413 => "payload_too_large",
        415 => "unsupported_media_type",
        429 => "rate_limited",
        503 => "unavailable",
        >= 500 => "internal_error",
        _ => "error",
    };
}
