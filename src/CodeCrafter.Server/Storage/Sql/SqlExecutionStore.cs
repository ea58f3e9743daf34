using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlExecutionStore(IDbContextFactory<AppDbContext> contexts) : IExecutionStore
{
    // Two writes of each run: those of runs that go on at the same time are committed together.
    private readonly SqlGroupCommit _commits = new(contexts);

    public Task AddAsync(StoredExecution execution, CancellationToken cancellationToken) => _commits.WriteAsync(async db =>
    {
        db.Add(execution);
        await db.SaveChangesAsync(CancellationToken.None);
        db.ChangeTracker.Clear();
    });

    public Task UpdateAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, CancellationToken cancellationToken) => _commits.WriteAsync(async db =>
    {
        await db.Set<StoredExecution>().Where(stored => stored.Id == execution.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(stored => stored.StartedAt, execution.StartedAt)
                .SetProperty(stored => stored.FinishedAt, execution.FinishedAt)
                .SetProperty(stored => stored.StatusId, execution.StatusId)
                .SetProperty(stored => stored.Terminal, execution.Terminal)
                .SetProperty(stored => stored.Compile, execution.Compile)
                .SetProperty(stored => stored.Run, execution.Run)
                .SetProperty(stored => stored.TestCases, execution.TestCases)
                .SetProperty(stored => stored.OutputFiles, execution.OutputFiles)
                .SetProperty(stored => stored.OutputFilesOmitted, execution.OutputFilesOmitted),
            CancellationToken.None);
        if (files.Count > 0)
        {
            await db.Set<ExecutionFile>().Where(file => file.ExecutionId == execution.Id).ExecuteDeleteAsync(CancellationToken.None);
            db.AddRange(files.Select(file => new ExecutionFile { ExecutionId = execution.Id, Path = file.Path, Content = file.Content }));
            await db.SaveChangesAsync(CancellationToken.None);
            db.ChangeTracker.Clear();
        }
    });

    public async Task<byte[]?> FindFileAsync(Guid executionId, string path, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<ExecutionFile>().Where(file => file.ExecutionId == executionId && file.Path == path)
            .Select(file => file.Content).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<StoredExecution>().AsNoTracking().FirstOrDefaultAsync(execution => execution.Id == id, cancellationToken);
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
}
