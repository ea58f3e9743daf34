using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace CodeCrafter.Server.Platform;

/// <summary>Every error answer, whoever writes it, is a problem detail with a code and a trace id.</summary>
internal static class ProblemSetup
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
        else if (problem.Status == StatusCodes.Status401Unauthorized && Problems.ChallengeExplanation(context.HttpContext) is var (code, detail))
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
    private sealed class BadRequestHandler : IExceptionHandler
    {
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
                case (StatusCodes.Status400BadRequest, JsonException json):
                    problem.Extensions[Problems.Code] = "malformed_json";
                    problem.Detail = Describe(json);
                    break;
                case (StatusCodes.Status413PayloadTooLarge, _) when context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } limit:
                    problem.Detail = $"The body of the request is larger than the {limit} bytes that this address accepts.";
                    break;
                case (StatusCodes.Status400BadRequest, _):
                    problem.Extensions[Problems.Code] = "malformed_request";
                    problem.Detail = "The request cannot be read: a part of it is missing or has another type than expected.";
                    break;
            }

            await WriteAsync(context, problem);
            return true;
        }

        private static string Describe(JsonException json)
        {
            var place = json.LineNumber is { } line ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "";
            var path = json.Path is { Length: > 1 } name ? $" ({name})" : "";
            return $"The body is not the JSON that this path expects: {What(json)}{place}{path}.";
        }

        // The serializer tells its errors apart by their words only.
        private static string What(JsonException json) =>
            json.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "it has a member that is not known here"
            : json.Message.Contains("could not be converted", StringComparison.Ordinal) ? "a value has a wrong type"
            : json.Message.Contains("missing required", StringComparison.Ordinal) ? "a member is missing"
            : json.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) ? "it has a member twice"
            : "its syntax is wrong";
    }

    /// <summary>The default writer is silent where the client does not ask for JSON; ours answers in any case.</summary>
    private sealed class AlwaysJsonWriter(Microsoft.Extensions.Options.IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
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
