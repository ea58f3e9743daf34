using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Keeps what the sandbox logs, and shows its errors with the test that caused them.</summary>
public sealed class TestLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)} {exception}";
        Lines.Enqueue(line);
        if (logLevel >= LogLevel.Error)
        {
            Console.Error.WriteLine(line);
        }
    }

    public void Dispose()
    {
    }
}
