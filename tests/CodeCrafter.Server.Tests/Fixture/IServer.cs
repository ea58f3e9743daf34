namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A server to be a client of, in this process or in one of its own.</summary>
internal interface IServer
{
    /// <summary><c>http://127.0.0.1:port/</c></summary>
    Uri Url { get; }

    /// <summary>A client of its own; with <paramref name="cookies"/> it keeps them as a browser does.</summary>
    HttpClient CreateHttp(bool cookies = false);
}
