namespace CodeCrafter.Server.Storage.Sql;

/// <summary>Where the database is, for what does without Entity Framework.</summary>
internal sealed record SqliteDatabase(string ConnectionString);
