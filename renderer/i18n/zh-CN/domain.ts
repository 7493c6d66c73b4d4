export const domain = {
  grade: { unset: '未定级', minor: '轻伤', major: '重伤', broken: '折断' },
  decision: { unreviewed: '待复核', accepted: '已确认', rejected: '已否定' },
  status: { unreviewed: '未审', 'in-progress': '审阅中', accepted: '已通过', rejected: '已退回', 'second-look': '待二审' },
  inference: { none: '未推理', queued: '排队中', running: '推理中', done: '已推理', failed: '推理失败' },
  component: { 'rail-surface': '轨面', rail: '钢轨', fastener: '扣件', bolt: '螺栓', any: '通用' },
  backend: {
    'ort-cpu': 'CPU',
    'ort-cuda': 'CUDA GPU',
    'ascend-acl': '昇腾 NPU',
    'open-inference': '远程推理服务',
    'acl-sim': '昇腾模拟器（仅测试）',
  },
  device: { auto: '自动选择', cpu: 'CPU', cuda: 'CUDA GPU', ascend: '昇腾 NPU', remote: '远程推理服务' },
  origin: { model: '模型检出', human: '人工标注' },
  direction: { up: '上行', down: '下行' },
  railSide: { left: '左股', right: '右股' },
  region: { auto: '自动', full: '整图', manual: '手动' },
} as const;
