using KestrelL4.Testing;

namespace KestrelL4.Server.Tests;

public sealed class StateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void TryOpen_Missing_IsCreatedForItsOwnerOnly()
    {
        string path = _directory["deep/state"];

        using StateDirectory? state = StateDirectory.TryOpen(path, [], out string problem);

        Assert.NotNull(state);
        Assert.Equal("", problem);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, "lock")));
    }

    [Fact]
    public void TryOpen_HeldByAnother_SaysSoUntilItIsLetGo()
    {
        StateDirectory? first = StateDirectory.TryOpen(_directory["state"], [], out _);

        Assert.Null(StateDirectory.TryOpen(_directory["state"], [], out string problem));
        Assert.Contains("in use by another node", problem, StringComparison.Ordinal);
        Assert.Contains("KestrelL4:StateDirectory", problem, StringComparison.Ordinal);

        first!.Dispose();
        using StateDirectory? second = StateDirectory.TryOpen(_directory["state"], [], out _);
        Assert.NotNull(second);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupExecute)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void TryOpen_OpenToOthers_IsRefusedWithTheRemedy(UnixFileMode open)
    {
        string path = Directory.CreateDirectory(_directory["state"], OwnerOnly).FullName;
        File.SetUnixFileMode(path, OwnerOnly | open);

        Assert.Null(StateDirectory.TryOpen(path, [], out string problem));

        Assert.Contains($"chmod 700 {path}", problem, StringComparison.Ordinal);
        Assert.Contains($"chmod 700 {path}", StateDirectoryInspection.Of(path).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_FileInItsPlace_IsRefused()
    {
        Assert.Null(StateDirectory.TryOpen(_directory.Write("state", ""), [], out string problem));

        Assert.Contains("cannot be used", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_NoRoomForItsAddresses_GoesOnWithoutThem()
    {
        string path = Directory.CreateDirectory(_directory["state"], OwnerOnly).FullName;
        Directory.CreateDirectory(Path.Combine(path, "listening.new"));

        using StateDirectory? state = StateDirectory.TryOpen(path, ["127.0.0.1:1"], out string problem);

        Assert.NotNull(state);
        Assert.Equal("", problem);
        Assert.False(Path.Exists(Path.Combine(path, "listening")));
    }

    [Fact]
    public void TryOpen_NoRoomForItsLock_IsRefusedAndNotCalledInUse()
    {
        string path = Directory.CreateDirectory(_directory["state"], OwnerOnly).FullName;
        Directory.CreateDirectory(Path.Combine(path, "lock"));

        Assert.Null(StateDirectory.TryOpen(path, [], out string problem));
        Assert.Contains("cannot be used", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_Addresses_AreForTheOwnerOnlyAndGoWithTheNode()
    {
        string path = _directory["state"];
        string listening = Path.Combine(path, "listening");

        using (StateDirectory? held = StateDirectory.TryOpen(path, ["127.0.0.1:1", "unix:/s"], out _))
        {
            Assert.Equal(["127.0.0.1:1", "unix:/s"], File.ReadAllLines(listening));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(listening));
        }

        Assert.Equal([Path.Combine(path, "lock")], Directory.GetFileSystemEntries(path));
    }

    [Fact]
    public void TellListening_DirectoryGone_GoesOnWithoutIt()
    {
        string path = _directory["state"];
        using StateDirectory? held = StateDirectory.TryOpen(path, [], out _);
        Directory.Delete(path, recursive: true);

        held!.TellListening(["127.0.0.1:1"]);

        Assert.False(Path.Exists(path));
    }

    [Fact]
    public void Inspection_Missing_IsFreeAndStaysMissing()
    {
        StateDirectoryInspection found = StateDirectoryInspection.Of(_directory["state"]);

        Assert.Null(found.Problem);
        Assert.Empty(found.Listening);
        Assert.False(Path.Exists(_directory["state"]));
    }

    [Fact]
    public void Inspection_Empty_LeavesNothingBehind()
    {
        string path = Directory.CreateDirectory(_directory["state"], OwnerOnly).FullName;

        Assert.Null(StateDirectoryInspection.Of(path).Problem);

        Assert.Empty(Directory.GetFileSystemEntries(path));
    }

    [Fact]
    public void Inspection_NodeRuns_TellsItsAddressesUntilItEnds()
    {
        string path = _directory["state"];
        using (StateDirectory? held = StateDirectory.TryOpen(path, ["127.0.0.1:1"], out _))
        {
            StateDirectoryInspection found = StateDirectoryInspection.Of(path);
            Assert.Null(found.Problem);
            Assert.Equal(["127.0.0.1:1"], found.Listening);
        }

        Assert.Empty(StateDirectoryInspection.Of(path).Listening);
    }

    [Fact]
    public void Inspection_FileOfANodeThatDied_IsNotBelieved()
    {
        string path = _directory["state"];
        StateDirectory.TryOpen(path, [], out _)!.Dispose();
        File.WriteAllText(Path.Combine(path, "listening"), "127.0.0.1:1\n");

        Assert.Empty(StateDirectoryInspection.Of(path).Listening);
    }

    [Fact]
    public void Inspection_FileInItsPlace_IsAProblem() =>
        Assert.Contains("is no directory", StateDirectoryInspection.Of(_directory.Write("state", "")).Problem, StringComparison.Ordinal);

    public void Dispose() => _directory.Dispose();
}
