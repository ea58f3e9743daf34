using CodeCrafter.Server.Platform;
using Microsoft.Data.Sqlite;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>What SQLite's result codes mean to users.</summary>
internal sealed class SqliteFaults : IStorageFaults
{
    private const int NoSpaceLeft = 28;

    // The result codes of sqlite.org/rescode.html.
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IOError = 10, Corrupt = 11, Full = 13, CannotOpen = 14;

    // The file that the connections share beside the log cannot grow.
    private const int IOErrorSharedMemorySize = 4874;

    public StorageFault? Of(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case StorageUnavailableException unavailable:
                    return unavailable.Fault;
                case SqliteException { SqliteExtendedErrorCode: IOErrorSharedMemorySize }:
                case SqliteException { SqliteErrorCode: Full }:
                case IOException { HResult: NoSpaceLeft }:
                    return StorageFault.Full;
                case SqliteException { SqliteErrorCode: Busy or Locked }:
                    return StorageFault.Busy;
                case SqliteException { SqliteErrorCode: ReadOnly or IOError or Corrupt or CannotOpen }:
                    return StorageFault.Failing;
            }
        }

        return null;
    }
}
