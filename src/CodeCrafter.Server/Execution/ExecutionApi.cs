using System.Security.Claims;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CodeCrafter.Server.Execution;

/// <summary><c>/api/execute</c>.</summary>
internal static class ExecutionApi
{
    private const long MaxRequestBytes = 16 << 20;

    // Each has the beginnings of its files and of its output.
    private const int MaxHistoryPage = 50;

    public static void MapExecution(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/execute").WithTags("Execution").RequireAuthorization();
        group.MapGet("/languages", Languages).AllowAnonymous()
            .WithSummary("The languages that programs can be written in");
        group.MapPost("/", ExecuteAsync).OpenToVisitors().RequireRateLimiting(ExecutionSetup.RunsAtOnce)
            .WithMetadata(new RequestSizeLimitAttribute(MaxRequestBytes))
            .WithSummary("Run a program: with its result as the answer, or as a job")
            .WithExample("""{ "language": "python", "code": "print(input())", "stdin": "hello", "limits": { "cpuTimeMs": 2000 } }""")
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(413).ProducesProblem(503);
        group.MapGet("/status/{jobId:guid}", StatusAsync).OpenToVisitors().WithName(nameof(StatusAsync)).RequireRateLimiting(RateLimits.Results)
            .WithSummary("A job: once it has finished its whole result, with the files as they ran").ProducesProblem(404);
        group.MapGet("/history/{sessionId:guid}", HistoryAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("What was run in a session, newest first, with the files as they ran; long texts are shortened").ProducesValidationProblem().ProducesProblem(404);
        group.MapGet("/files/{jobId:guid}", FileAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("A file that the job's program made, as a download")
            .Produces<byte[]>(200, "application/octet-stream").ProducesProblem(404);
        group.MapGet("/stats", (ExecutionStats stats) => TypedResults.Ok(stats.Describe())).RequireAuthorization(AuthSetup.ServerAdmin)
            .WithSummary("The queue, and what ran since the server started (administrators)").ProducesProblem(403);
        group.MapDelete("/{jobId:guid}", StopAsync).OpenToVisitors()
            .WithSummary("Stop a job, whether it waits or runs; the answer is its final state (editors)").ProducesProblem(403).ProducesProblem(404);
        group.MapDelete("/kill/{sessionId:guid}", KillAsync).OpenToVisitors()
            .WithSummary("Stop everything that waits or runs in a session (editors)").ProducesProblem(403).ProducesProblem(404);
    }

    private static Ok<LanguageList> Languages(LanguageCatalog catalog) => TypedResults.Ok(new LanguageList([.. catalog.Languages
        .Select(language => new LanguageItem(
            language.Id, language.Name, language.Version, language.IsAvailable, language.FileName, language.Sample, language.Aliases))]));

    private static async Task<Results<Ok<ExecutionResult>, AcceptedAtRoute<JobReference>, ProblemHttpResult>> ExecuteAsync(
        ExecuteRequest request,
        ClaimsPrincipal principal,
        ExecutionGate gate,
        ExecutionService executions,
        CancellationToken cancellationToken)
    {
        if (request.Terminal is not null)
        {
            throw new ExecutionRefusedException("terminal_needs_hub", "A terminal needs a connection that stays: call Run of /hubs/session.") { Field = "terminal" };
        }

        if (request.Mode is not (null or "sync" or "async"))
        {
            throw new ExecutionRefusedException("invalid_mode", "'mode' is 'sync' or 'async'.") { Field = "mode" };
        }

        var job = await gate.SubmitAsync(request, principal, interactive: false, cancellationToken);
        if (request.Mode == "async")
        {
            return TypedResults.AcceptedAtRoute(
                new JobReference(job.Id, executions.Describe(job).QueuePosition), nameof(StatusAsync), new { jobId = job.Id });
        }

        try
        {
            return TypedResults.Ok(await job.Completion.WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (request.SessionId is null)
        {
            // In a session others watch it too; a private run whose caller has gone is of use to nobody.
            await executions.StopAsync(job);
            throw;
        }
    }

    private static async Task<Results<Ok<ExecutionResult>, ProblemHttpResult>> StatusAsync(
        Guid jobId, ClaimsPrincipal principal, ExecutionReader reader, CancellationToken cancellationToken) =>
        await reader.FindAsync(jobId, principal.GetUserId(), cancellationToken) is { } result
            ? TypedResults.Ok(result)
            : Problems.NotFound("job_not_found", "There is no such job.");

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> FileAsync(
        Guid jobId,
        string path,
        HttpResponse response,
        ClaimsPrincipal principal,
        ExecutionReader reader,
        IExecutionStore store,
        CancellationToken cancellationToken)
    {
        if (!await reader.CanSeeAsync(jobId, principal.GetUserId(), cancellationToken))
        {
            return Problems.NotFound("job_not_found", "There is no such job.");
        }

        if (await store.FindFileAsync(jobId, path, cancellationToken) is not { } content)
        {
            return Problems.NotFound("file_not_found", "The job has no such file.");
        }

        response.Headers.ContentSecurityPolicy = OutputFiles.ContentSecurityPolicy;
        return TypedResults.File(content, OutputFiles.ContentTypeOf(path), fileDownloadName: Path.GetFileName(path));
    }

    private static async Task<Results<Ok<ExecutionResult>, ProblemHttpResult>> StopAsync(
        Guid jobId,
        ClaimsPrincipal principal,
        ExecutionGate gate,
        ExecutionService executions,
        ExecutionReader reader,
        CancellationToken cancellationToken)
    {
        if (await gate.FindJobAsync(jobId, principal.GetUserId(), cancellationToken) is { } job)
        {
            await executions.StopAsync(job);
            await job.Completion.WaitAsync(cancellationToken);
        }

        return await StatusAsync(jobId, principal, reader, cancellationToken);
    }

    private static async Task<Results<Ok<ExecutionHistory>, ProblemHttpResult>> HistoryAsync(
        Guid sessionId,
        ClaimsPrincipal principal,
        ExecutionReader reader,
        CancellationToken cancellationToken,
        [Between(1, 100_000)] int page = 1,
        [Between(1, MaxHistoryPage)] int limit = 20) =>
        await reader.ListAsync(sessionId, principal.GetUserId(), page, limit, cancellationToken) is { } history
            ? TypedResults.Ok(history)
            : SessionRefusal.NotFound.ToProblem();

    private static async Task<Results<Ok<KilledJobs>, ProblemHttpResult>> KillAsync(
        Guid sessionId, ClaimsPrincipal principal, ExecutionGate gate, ExecutionService executions, CancellationToken cancellationToken)
    {
        await gate.RequireRunnerAsync(sessionId, principal.GetUserId(), cancellationToken);
        var jobs = executions.InSession(sessionId);
        await Task.WhenAll(jobs.Select(executions.StopAsync));
        return TypedResults.Ok(new KilledJobs(jobs.Count));
    }
}

internal sealed record LanguageList(IReadOnlyList<LanguageItem> Languages);

/// <summary>A language.</summary>
/// <param name="Id">What requests call it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Version">The version of its toolchain; null where that is not installed.</param>
/// <param name="Available">Its programs can be run.</param>
/// <param name="FileName">What the file to run is called where no name is given.</param>
/// <param name="Sample">A small program.</param>
/// <param name="Aliases">What requests may call it too.</param>
internal sealed record LanguageItem(
    string Id, string Name, string? Version, bool Available, string FileName, string Sample, IReadOnlyList<string> Aliases);

/// <param name="JobId">The job.</param>
/// <param name="QueuePosition">Its place in the queue, 1 for the next; null where it runs already.</param>
internal sealed record JobReference(Guid JobId, int? QueuePosition);

/// <param name="Killed">How many were stopped.</param>
internal sealed record KilledJobs(int Killed);

internal sealed record ExecutionHistory(IReadOnlyList<ExecutionResult> Executions, PaginationResponse Pagination);
