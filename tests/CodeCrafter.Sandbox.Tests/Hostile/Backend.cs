using System.Net;
using System.Net.Sockets;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>
/// A sandbox that hostile programs are set on: the fixture of one collection. To put a further one to the test, derive
/// from this, declare a collection that does not run beside others (memory and descriptors of this process are counted),
/// and derive one class in it from each of the classes of cases, as <c>OciBackends.cs</c> does. What does not apply is
/// named on those classes with its reason. Before the first case the limits are tried out: where one is off, every case fails.
/// </summary>
public abstract class Backend : IAsyncLifetime
{
    private long _memory;
    private int _descriptors;

    public ISandbox Sandbox { get; private set; } = null!;

    public LanguageCatalog Catalog { get; private set; } = null!;

    public TestLog Log { get; } = new();

    /// <summary>Programs make their system calls to the host's kernel, through a filter; not to a kernel of their own.</summary>
    public virtual bool SharesTheKernel => true;

    /// <summary>Whether it runs a language. Cases that go over several leave out those that it does not.</summary>
    public virtual bool Has(string language) => true;

    /// <summary>What of this backend's runs can be seen on the host: cgroups, mounts, directories, containers, processes. What waits for work is not of a run.</summary>
    public abstract Task<IReadOnlyList<string>> LeftoversAsync();

    /// <summary>How many descriptors of this process belong to sandboxes that wait for work.</summary>
    public virtual int DescriptorsOfWaiting => 0;

    /// <summary>Directories of the host that belong to the sandbox, none of which a program may see.</summary>
    public abstract IReadOnlyList<string> HostDirectories { get; }

    protected abstract Task<ISandbox> StartAsync();

    protected abstract ValueTask StopAsync();

    public async ValueTask InitializeAsync()
    {
        Catalog = await LanguageCatalog.LoadAsync(SandboxFixture.LanguagesDirectory);
        Sandbox = await StartAsync();
        await CheckLimitsAreOnAsync();
        await CheckHelloAsync();
        await CheckNothingIsLeftAsync();
        _memory = GC.GetTotalMemory(forceFullCollection: true);
        _descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Length - DescriptorsOfWaiting;
    }

    public async ValueTask DisposeAsync()
    {
        if (Sandbox is not null)
        {
            await StopAsync();
        }
        GC.SuppressFinalize(this);
    }

    public Language Language(string id) => Catalog.Find(id) ?? throw new InvalidOperationException($"There is no language {id}.");

    public RunRequest Request(string language, string code) => new()
    {
        Language = Language(language),
        Files = [new SourceFile(Language(language).FileName, code)],
        Entry = Language(language).FileName,
    };

    public async Task CheckNothingIsLeftAsync()
    {
        var left = await LeftoversAsync();
        Assert.True(left.Count == 0, string.Join('\n', left));
    }

    public async Task CheckHelloAsync()
    {
        var hello = await RunAsync("python", Language("python").Sample, RunLimits.Default);
        Assert.Equal((RunStatus.Accepted, "Hello, CodeCrafter!\n"), (hello.Status, hello.Run?.Stdout));
    }

    /// <summary>A last time, for what small outputs would not show: megabytes that were printed are not kept.</summary>
    public async Task CheckLargeOutputsAreNotKeptAsync()
    {
        var limits = RunLimits.Default with { OutputBytes = 4 << 20 };
        await RunAsync("python", "print('x' * 4000000)", limits);
        await CheckNothingIsLeftAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10; i++)
        {
            await RunAsync("python", i % 2 == 0 ? "print('x' * 4000000)" : "while True: print('x' * 1000)", limits);
        }
        await CheckNothingIsLeftAsync();
        // What runs on another backend at this moment holds memory too, but not for long.
        await KilledServerTests.UntilAsync(() => GC.GetTotalMemory(forceFullCollection: true) - before <= 2 << 20);
    }

    /// <summary>Neither the heap nor the number of open descriptors has grown since the first case, but for what the process itself needs now and then.</summary>
    public void CheckServerIsFlat()
    {
        const int mebibyte = 1 << 20;
        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - _memory) / mebibyte, long.MinValue, 8);
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length - DescriptorsOfWaiting - _descriptors, int.MinValue, 20);
    }

    private async Task CheckLimitsAreOnAsync()
    {
        var forks = await RunAsync("python", "import os, time\nfor i in range(40):\n  if os.fork() == 0: time.sleep(100)\nprint('no limit')", RunLimits.Default with { Processes = 20 });
        Assert.False(forks.Status == RunStatus.Accepted, "The limit on processes is off.");

        var memory = await RunAsync("python", "x = bytearray(128 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1", RunLimits.Default with { MemoryBytes = 64 << 20 });
        Assert.True(memory.Status == RunStatus.MemoryLimitExceeded, $"The limit on memory is off: {memory}");

        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var network = await RunAsync("python", $"import socket; socket.create_connection(('127.0.0.1', {((IPEndPoint)canary.LocalEndpoint).Port}), 5)", RunLimits.Default);
        Assert.False(network.Status == RunStatus.Accepted || canary.Pending(), "The network of the host is reached.");

        await CheckSystemCallsAreFilteredAsync();
    }

    private async Task CheckSystemCallsAreFilteredAsync()
    {
        var result = await RunAsync("python", """
            import re
            print(re.search(r'Seccomp:\s*(\d)', open('/proc/self/status').read()).group(1), open('/proc/version').read())
            """, RunLimits.Default);
        Assert.Equal(RunStatus.Accepted, result.Status);
        if (SharesTheKernel)
        {
            Assert.True(result.Run!.Stdout[0] == '2', "The seccomp filter is off.");
        }
        else
        {
            Assert.False(result.Run!.Stdout.Contains(File.ReadAllText("/proc/version").Trim(), StringComparison.Ordinal), "Programs run on the host's kernel.");
        }
    }

    private Task<RunResult> RunAsync(string language, string code, RunLimits limits) =>
        Sandbox.RunAsync(Request(language, code) with { Limits = limits }, cancellationToken: TestContext.Current.CancellationToken);
}
