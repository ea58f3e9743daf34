using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Python with NumPy, pandas and Matplotlib from the distribution's packages, under the limits of any program.</summary>
public sealed class SciencePackagesTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Program_draws_a_picture_that_comes_back()
    {
        var result = await fixture.RunAsync(fixture.Request("python", """
            import matplotlib.pyplot as plt
            import numpy as np
            x = np.linspace(0, 10, 100)
            plt.plot(x, np.sin(x), label="sine")
            plt.title("A sine ü $x^2$")
            plt.legend()
            plt.savefig("plot.png")
            plt.savefig("plot.svg")
            print("drawn")
            """) with { Collect = new FileCollection() });

        Assert.Equal((RunStatus.Accepted, "drawn\n", ""), (result.Status, result.Run?.Stdout, result.Run?.Stderr));
        Assert.Equal(["plot.png", "plot.svg"], result.Files.Select(file => file.Path).Order());
        Assert.Equal(0, result.FilesOmitted);
        Assert.StartsWith("iVBORw0KGgo", Convert.ToBase64String(result.Files.Single(file => file.Path == "plot.png").Content));
    }

    [Fact]
    public async Task Arrays_and_tables_work_within_the_default_limits()
    {
        var result = await fixture.RunAsync(fixture.Request("python", """
            import threading
            import numpy as np
            import pandas as pd
            a = np.random.default_rng(1).random((400, 400))
            assert np.allclose(np.linalg.inv(a) @ a, np.eye(400))
            table = pd.DataFrame({"name": ["a", "b", "a"], "value": [1, 2, 3]})
            print(table.groupby("name").sum())
            with open("/proc/self/status") as status:
                print([line.split()[1] for line in status if line.startswith("Threads")])
            """) with { Limits = RunLimits.Default with { Cpus = 1 } });

        Assert.True(result.Status == RunStatus.Accepted, result.Run?.Stderr);
        Assert.Equal("      value\nname       \na         4\nb         2\n['1']\n", result.Run!.Stdout);
    }

    [Fact]
    public async Task Window_that_nobody_can_see_is_no_error()
    {
        var result = await fixture.RunAsync("python", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('shown')");

        Assert.Equal((RunStatus.Accepted, "shown\n"), (result.Status, result.Run?.Stdout));
    }
}
