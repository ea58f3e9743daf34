using System.Linq.Expressions;
using System.Text.Json;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlExecutionStore(IDbContextFactory<AppDbContext> contexts, IOptions<ExecutionOptions> options) : IExecutionStore
{
    private readonly ExecutionOptions _options = options.Value;

    // Two writes of each run: those of runs that go on at the same time are committed together.
    private readonly SqlGroupCommit _commits = new(contexts);

    public Task AddAsync(StoredExecution execution, CancellationToken cancellationToken)
    {
        var details = RowOf(execution);
        return _commits.WriteAsync(async db =>
        {
            db.Add(execution);
            if (details is not null)
            {
                db.Add(details);
            }

            await db.SaveChangesAsync(CancellationToken.None);
            db.ChangeTracker.Clear();
        });
    }

    public Task UpdateAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, CancellationToken cancellationToken)
    {
        // Before the transaction, in which others wait for theirs.
        var details = RowOf(execution);
        return _commits.WriteAsync(async db =>
        {
            await UpdateRowAsync(db, execution);
            await ReplaceAsync(db, execution.Id, details, files);
            await PruneAsync(db, execution.Id, stored => stored.UserId == execution.UserId, _options.KeptRunsPerUser, _options.KeptBytesPerUser);
            if (execution.SessionId is { } sessionId)
            {
                await PruneAsync(db, execution.Id, stored => stored.SessionId == sessionId, _options.KeptRunsPerSession, _options.KeptBytesPerSession);
            }
        });
    }

    public async Task<byte[]?> FindFileAsync(Guid executionId, string path, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<ExecutionFile>().Where(file => file.ExecutionId == executionId && file.Path == path)
            .Select(file => file.Content).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<StoredExecution>().AsNoTracking().FirstOrDefaultAsync(execution => execution.Id == id, cancellationToken) is not { } found)
        {
            return null;
        }

        if (found.IsShortened
            && await db.Set<ExecutionDetailsRow>().AsNoTracking().FirstOrDefaultAsync(details => details.ExecutionId == id, cancellationToken) is { } row)
        {
            found.Details = JsonSerializer.Deserialize<ExecutionDetails>(row.Content, JsonSerializerOptions.Web);
        }

        return found;
    }

    public async Task<(Guid UserId, Guid? SessionId)?> FindOwnerAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<StoredExecution>().Where(execution => execution.Id == id)
            .Select(execution => new { execution.UserId, execution.SessionId }).FirstOrDefaultAsync(cancellationToken) is { } owner
            ? (owner.UserId, owner.SessionId)
            : null;
    }

    public async Task<(IReadOnlyList<StoredExecution> Page, int Total)> ListAsync(
        Guid sessionId, int skip, int take, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = db.Set<StoredExecution>().AsNoTracking().Where(execution => execution.SessionId == sessionId);
        var page = await all.OrderByDescending(execution => execution.CreatedAt).ThenByDescending(execution => execution.Id)
            .Skip(skip).Take(take).ToListAsync(cancellationToken);
        return (page, await all.CountAsync(cancellationToken));
    }

    public async Task<int> FailUnfinishedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<StoredExecution>().Where(execution => execution.FinishedAt == null).ExecuteUpdateAsync(
            set => set
                .SetProperty(execution => execution.FinishedAt, now)
                .SetProperty(execution => execution.StatusId, (int)RunStatus.InternalError),
            cancellationToken);
    }

    private static ExecutionDetailsRow? RowOf(StoredExecution execution) => execution.Details is { } details
        ? new ExecutionDetailsRow { ExecutionId = execution.Id, Content = JsonSerializer.SerializeToUtf8Bytes(details, JsonSerializerOptions.Web) }
        : null;

    private static Task UpdateRowAsync(AppDbContext db, StoredExecution execution) =>
        db.Set<StoredExecution>().Where(stored => stored.Id == execution.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(stored => stored.StartedAt, execution.StartedAt)
                .SetProperty(stored => stored.FinishedAt, execution.FinishedAt)
                .SetProperty(stored => stored.StatusId, execution.StatusId)
                .SetProperty(stored => stored.Terminal, execution.Terminal)
                .SetProperty(stored => stored.Compile, execution.Compile)
                .SetProperty(stored => stored.Run, execution.Run)
                .SetProperty(stored => stored.TestCases, execution.TestCases)
                .SetProperty(stored => stored.OutputFiles, execution.OutputFiles)
                .SetProperty(stored => stored.OutputFilesOmitted, execution.OutputFilesOmitted)
                .SetProperty(stored => stored.IsShortened, execution.IsShortened)
                .SetProperty(stored => stored.Size, execution.Size),
            CancellationToken.None);

    private static async Task ReplaceAsync(AppDbContext db, Guid executionId, ExecutionDetailsRow? details, IReadOnlyList<OutputFile> files)
    {
        if (details is not null)
        {
            await db.Set<ExecutionDetailsRow>().Where(row => row.ExecutionId == executionId).ExecuteDeleteAsync(CancellationToken.None);
            db.Add(details);
        }

        if (files.Count > 0)
        {
            await db.Set<ExecutionFile>().Where(file => file.ExecutionId == executionId).ExecuteDeleteAsync(CancellationToken.None);
            db.AddRange(files.Select(file => new ExecutionFile { ExecutionId = executionId, Path = file.Path, Content = file.Content }));
        }

        if (details is not null || files.Count > 0)
        {
            await db.SaveChangesAsync(CancellationToken.None);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>
    /// Deletes the oldest of these executions where there are too many or they are too large: to nine tenths of what is
    /// allowed, so that it is not done for each. The newest stays, and so does the one that has just ended, and what has not.
    /// </summary>
    private static async Task PruneAsync(
        AppDbContext db, Guid justEnded, Expression<Func<StoredExecution, bool>> which, int maxRuns, long maxBytes)
    {
        var all = db.Set<StoredExecution>().Where(which);
        var kept = await all.GroupBy(_ => 1).Select(group => new { Runs = group.Count(), Bytes = group.Sum(execution => execution.Size) })
            .SingleOrDefaultAsync(CancellationToken.None);
        if (kept is null || (kept.Runs <= maxRuns && kept.Bytes <= maxBytes))
        {
            return;
        }

        var (runs, bytes) = (maxRuns - (maxRuns / 10), maxBytes - (maxBytes / 10));
        var newestFirst = await all.OrderByDescending(execution => execution.CreatedAt).ThenByDescending(execution => execution.Id)
            .Select(execution => new { execution.Id, execution.Size }).ToListAsync(CancellationToken.None);
        var staying = 0;
        foreach (var execution in newestFirst)
        {
            (runs, bytes) = (runs - 1, bytes - execution.Size);
            if (staying > 0 && (runs < 0 || bytes < 0))
            {
                break;
            }

            staying++;
        }

        var going = newestFirst.Skip(staying).Select(execution => execution.Id).Where(id => id != justEnded).ToList();
        await db.Set<StoredExecution>().Where(execution => going.Contains(execution.Id) && execution.FinishedAt != null)
            .ExecuteDeleteAsync(CancellationToken.None);
    }
}
