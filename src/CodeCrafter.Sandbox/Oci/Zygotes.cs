using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// The zygote of now. Another takes its place where sandboxes are to see other caches, or where it has died; the old one
/// stays as long as a sandbox of it is there, since they die with it.
/// </summary>
internal sealed class Zygotes(SandboxHost host) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Zygote, int> _uses = [];
    private readonly byte[] _filter = SeccompFilter.Compile(SeccompProfile.Rules(), SeccompProfile.DefaultError);
    private Zygote? _current;
    private IReadOnlyList<(string From, string To)> _caches = [];

    /// <summary>A sandbox that is to be forked.</summary>
    /// <param name="uid">The user, and group, of the programs.</param>
    /// <param name="template">Its size and what it sees.</param>
    public IContainerLife Child(int uid, SandboxTemplate template) =>
        new ZygoteChild(() => Take(template.Caches), Return, uid, template.DiskBytes);

    public void Dispose()
    {
        lock (_lock)
        {
            Replace(null);
        }
    }

    private Zygote Take(IReadOnlyList<(string From, string To)> caches)
    {
        lock (_lock)
        {
            if (_current is not { IsAlive: true } || !_caches.SequenceEqual(caches))
            {
                Replace(Start(caches));
                _caches = caches;
            }
            _uses[_current!]++;
            return _current!;
        }
    }

    private void Return(Zygote zygote)
    {
        lock (_lock)
        {
            if (--_uses[zygote] == 0)
            {
                _uses.Remove(zygote);
                zygote.Dispose();
            }
        }
    }

    /// <summary>While it is the current one we use it too.</summary>
    private void Replace(Zygote? next)
    {
        var old = _current;
        _current = next;
        if (next is not null)
        {
            _uses.Add(next, 1);
        }
        if (old is not null)
        {
            Return(old);
        }
    }

    private Zygote Start(IReadOnlyList<(string From, string To)> caches)
    {
        var id = host.NextId() + ".zygote";
        var settings = new ContainerSettings { CgroupsPath = host.Runtime.MakesCgroups ? SandboxHost.CgroupsPath(id) : null, Binds = caches };
        var container = new RuntimeContainer(host.Runtime, id, host.Bundle(id), ContainerConfig.ForZygote(host.Root, settings));
        return Zygote.Start(container, _filter, host.Options.StartTimeout);
    }
}
