"""The briefing memo: estimates → sentences by rules that cannot overclaim → HTML, PDF, Word; read back and audited."""
