using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>Every error answer, whoever writes it, is a problem detail with a code and a trace id.</summary>
internal static partial class ProblemSetup
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, AlwaysJsonWriter>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddExceptionHandler<BadRequestHandler>();
        // Malformed requests arrive at the handler below as exceptions, in every environment.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(async context => await WriteAsync(context.HttpContext, new ProblemDetails
        {
            Status = context.HttpContext.Response.StatusCode,
        }));
    }

    private static async ValueTask WriteAsync(HttpContext context, ProblemDetails problem) =>
        await context.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem is HttpValidationProblemDetails validation)
        {
            problem.Extensions.TryAdd(Problems.Code, Problems.ValidationFailed);
            problem.Detail ??= "Some fields of the request are not valid.";
            validation.Errors = validation.Errors.ToDictionary(error => CamelCasePath(error.Key), error => error.Value);
        }
        else if (problem.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
            && Problems.Explanation(context.HttpContext) is var (code, detail))
        {
            problem.Extensions.TryAdd(Problems.Code, code);
            problem.Detail ??= detail;
        }

        problem.Extensions.TryAdd(Problems.Code, Problems.DefaultCode(problem.Status ?? 500));
        problem.Detail ??= Problems.DefaultDetail(problem.Status ?? 500);
    }

    // "Files[0].Path" as the fields are called in the request: "files[0].path".
    private static string CamelCasePath(string path) =>
        string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>Answers what cannot be read as a request; everything else stays an unhandled exception, logged, 500.</summary>
    private sealed partial class BadRequestHandler(IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json) : IExceptionHandler
    {
        private const int MaxPath = 200;

        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException bad)
            {
                return false;
            }

            context.Response.StatusCode = bad.StatusCode;
            var problem = new ProblemDetails { Status = bad.StatusCode };
            switch (bad.StatusCode, bad.InnerException)
            {
                case (StatusCodes.Status400BadRequest, JsonException malformed) when UnknownMember().Match(SentenceOf(malformed)) is { Success: true } unknown:
                    var (member, known) = (unknown.Groups["name"].Value, Known(unknown.Groups["type"].Value));
                    problem.Extensions[Problems.Code] = Problems.UnknownMember;
                    problem.Detail = $"The body has the member '{member}', which is not known here{Place(malformed)}{known}.";
                    problem.Extensions[Problems.Errors] = new Dictionary<string, string[]>
                    {
                        [PathOf(malformed).TrimStart('$').TrimStart('.')] = [$"'{member}' is not known here{known}."],
                    };
                    break;
                case (StatusCodes.Status400BadRequest, JsonException malformed):
                    problem.Extensions[Problems.Code] = "malformed_json";
                    problem.Detail = Describe(malformed);
                    break;
                case (StatusCodes.Status413PayloadTooLarge, _) when context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } limit:
                    problem.Detail = $"The body of the request is larger than the {limit} bytes that this address accepts.";
                    break;
                case (StatusCodes.Status400BadRequest, _):
                    problem.Extensions[Problems.Code] = "malformed_request";
                    problem.Detail = Describe(bad.Message);
                    break;
            }

            await WriteAsync(context, problem);
            return true;
        }

        // The framework says which part it is in its words only, and with names of our types.
        private static string Describe(string message) =>
            UnreadableValue().Match(message) is { Success: true } unreadable
                ? $"The value of '{unreadable.Groups["name"]}' cannot be read: it must be {Kind(unreadable.Groups["type"].Value)}."
            : message.StartsWith("Implicit body inferred", StringComparison.Ordinal)
                ? "The request needs a body: a JSON object."
            : MissingValue().Match(message) is not { Success: true } missing
                ? "The request cannot be read: a part of it is missing or has another type than expected."
            : $"The request needs a value for '{missing.Groups["name"]}' ({missing.Groups["source"]}).";

        private static string Kind(string type) =>
            type.Contains("DateTimeOffset", StringComparison.Ordinal) ? "a time, such as 2026-01-31T12:00:00Z"
            : type.Contains("Guid", StringComparison.Ordinal) ? "an id, such as 0197c0de-0000-7000-8000-000000000000"
            : type.Contains("bool", StringComparison.Ordinal) ? "true or false"
            : type.Contains("int", StringComparison.Ordinal) ? $"a whole number of at most {int.MaxValue}"
            : type.Contains("long", StringComparison.Ordinal) ? $"a whole number of at most {long.MaxValue}"
            : "of another type";

        private static string Describe(JsonException malformed) => $"The body is not the JSON that this path expects: {What(malformed)}{Place(malformed)}.";

        private static string Place(JsonException malformed)
        {
            var place = malformed.LineNumber is { } line ? $" at line {line + 1}, byte {malformed.BytePositionInLine + 1}" : "";
            return PathOf(malformed) is { Length: > 1 } path ? $"{place} ({path})" : place;
        }

        // As long as the body may a name in it be.
        private static string PathOf(JsonException malformed) => malformed.Path is not { } path ? "" : path.Length > MaxPath ? path[..MaxPath] + "…" : path;

        // Without the path at its end, in which a member may be called anything, also what the sentence says.
        private static string SentenceOf(JsonException malformed) =>
            $" Path: {malformed.Path} | LineNumber: {malformed.LineNumber} | BytePositionInLine: {malformed.BytePositionInLine}." is var place
            && malformed.Message.EndsWith(place, StringComparison.Ordinal) ? malformed.Message[..^place.Length] : malformed.Message;

        private string Known(string type) => typeof(BadRequestHandler).Assembly.GetType(type) is not { } known ? "" : "; known are "
            + string.Join(", ", json.Value.SerializerOptions.GetTypeInfo(known).Properties.Where(property => property.Set is not null).Select(property => property.Name));

        // The serializer tells its errors apart by their words only.
        private static string What(JsonException malformed) =>
            malformed.Message.Contains("could not be converted", StringComparison.Ordinal) ? "a value has a wrong type"
            : malformed.Message.Contains("missing required", StringComparison.Ordinal) ? "a member is missing"
            : malformed.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) ? "it has a member twice"
            : "its syntax is wrong";

        [GeneratedRegex("^Failed to bind parameter \"(?<type>[^\"]*) (?<name>\\w+)\" from ")]
        private static partial Regex UnreadableValue();

        [GeneratedRegex("^Required parameter \"[^\"]* (?<name>\\w+)\" was not provided from (?<source>[a-z ]+)\\.$")]
        private static partial Regex MissingValue();

        // A name may be as long as the body.
        [GeneratedRegex("^The JSON property '(?<name>.{0,100}).*' could not be mapped to any .NET member contained in type '(?<type>[^']*)'", RegexOptions.Singleline)]
        private static partial Regex UnknownMember();
    }

    /// <summary>The default writer is silent where the client does not ask for JSON; ours answers in any case.</summary>
    private sealed class AlwaysJsonWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public async ValueTask WriteAsync(ProblemDetailsContext context)
        {
            var problem = context.ProblemDetails;
            problem.Status ??= context.HttpContext.Response.StatusCode;
            // The title is the status; what happened is in the code.
            problem.Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(problem.Status.Value);
            problem.Type = "about:blank";
            problem.Instance ??= context.HttpContext.Request.Path;
            problem.Extensions.TryAdd("traceId", System.Diagnostics.Activity.Current?.Id ?? context.HttpContext.TraceIdentifier);
            options.Value.CustomizeProblemDetails?.Invoke(context);
            await context.HttpContext.Response.WriteAsJsonAsync(
                problem,
                problem.GetType(),
                options: (JsonSerializerOptions?)null,
                contentType: "application/problem+json",
                context.HttpContext.RequestAborted);
        }
    }
}
